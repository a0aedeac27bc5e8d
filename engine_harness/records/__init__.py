"""What happened, as data and as files; knows no VM."""
