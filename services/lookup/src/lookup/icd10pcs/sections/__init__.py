"""The nine sections of an ICD-10-PCS page, one module each: facts in, blocks out."""
