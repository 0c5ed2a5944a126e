"""Made-up people in the format of the research file, with the irregularities of real files."""
