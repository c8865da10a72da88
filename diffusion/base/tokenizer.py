"""The text tokenizer: byte pairs learned from the words of the emoji names, in CLIP's file format."""

import json
from pathlib import Path

from transformers import CLIPTokenizer

from diffusion.base.sets import BASE_SETS, clean
from diffusion.base.shapes import VOCABULARY, WORDS


def corpus(work: Path) -> list[str]:
    """Names count twice, further words once, style names five times."""
    rows = json.loads((work / "concepts.json").read_text())
    names = [clean(r["label"]) for r in rows for _ in range(2)]
    return names + [clean(t) for r in rows for t in r["tags"]] + [f"{s.words} style" for s in BASE_SETS] * 5


def build(work: Path, folder: Path) -> CLIPTokenizer:
    """Learns at most 2000 byte pairs and writes a folder that `CLIPTokenizer.from_pretrained` reads."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    start, end = "<|startoftext|>", "<|endoftext|>"
    learner = Tokenizer(models.BPE(unk_token=end, end_of_word_suffix="</w>"))
    learner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        end_of_word_suffix="</w>",
        special_tokens=[start, end],
        initial_alphabet=list("abcdefghijklmnopqrstuvwxyz0123456789"),
        show_progress=False,
    )
    learner.train_from_iterator(corpus(work), trainer)
    model = json.loads(learner.to_str())["model"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(model["vocab"]))
    pairs = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(pairs) + "\n")
    config = {
        "tokenizer_class": "CLIPTokenizer", "model_max_length": WORDS,
        "bos_token": start, "eos_token": end, "unk_token": end, "pad_token": end,
    }  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2))
    tokenizer: CLIPTokenizer = CLIPTokenizer.from_pretrained(folder)
    return tokenizer
