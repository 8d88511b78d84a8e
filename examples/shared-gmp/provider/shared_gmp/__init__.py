"""GMP, MPFR and MPC, for extension modules that are linked with them."""
