"""Made-up people in the format of the research file, with the mess of the real one."""
