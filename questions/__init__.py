"""What a survey of real releases answers to those who ask what would break if consistency were enforced."""
