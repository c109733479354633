"""Which customers are about to leave, ranked for the people who phone them."""
