"""What a match means: dates, sums, agreements and partnerships with their values."""
