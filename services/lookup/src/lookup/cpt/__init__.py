"""CPT, whose text belongs to the American Medical Association: there only under a licence."""
