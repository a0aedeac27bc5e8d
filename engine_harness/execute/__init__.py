"""Many runs give many records."""
