"""LoRA fine-tuning of the model that writes answers (Hu et al. 2021, arXiv 2106.09685), with peft and transformers."""
