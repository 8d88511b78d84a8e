import numpy
from setuptools import Extension, setup

setup(ext_modules=[Extension("eggs._eggs", ["eggs/_eggs.c"], include_dirs=[numpy.get_include()])])
