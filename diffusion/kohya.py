"""An adapter's file under the names that other programs use: kohya's, as sd-scripts, A1111 and ComfyUI read it."""

import json
from pathlib import Path

import torch
from diffusers.utils import convert_state_dict_to_kohya
from safetensors import safe_open
from safetensors.torch import save_file

METADATA = "lora_adapter_metadata"


def write_kohya(source: Path, target: Path) -> Path:
    """Rewrites a file of `save_diffusers` with kohya's names (`lora_unet_….lora_down.weight`) and true alphas.

    Raises ValueError for a file that holds no adapter, or not its alpha.
    """
    tensors, alpha = _read(source)
    renamed = convert_state_dict_to_kohya(tensors)
    for name in renamed:
        if name.endswith(".alpha"):  # the library writes the rank here, which would change the strength
            renamed[name] = torch.tensor(alpha)
    plain = {name: tensor.clone().contiguous() for name, tensor in renamed.items()}
    save_file(
        plain, str(target), metadata={"ss_network_module": "networks.lora", "modelspec.source": "FedArt"}
    )
    return target


def _read(source: Path) -> tuple[dict[str, torch.Tensor], float]:
    with safe_open(str(source), framework="pt") as file:
        names = list(file.keys())
        tensors = {name: file.get_tensor(name) for name in names}
        told = (file.metadata() or {}).get(METADATA, "{}")
    try:
        alpha = float(json.loads(told)["unet.lora_alpha"])
    except (ValueError, KeyError, TypeError):
        raise ValueError("This file does not say its alpha.") from None
    if not any(name.endswith("lora_B.weight") for name in names):
        raise ValueError("This file holds no adapter.")
    return tensors, alpha
