"""From what people said to a frozen dataset: labels, clusters and splits, hard negatives, synthetic questions."""
