// A personal adapter's safetensors file under kohya's names (diffusion/kohya.py does the same in Python).

import { join, text, utf8 } from "./bytes.mjs";

// https://huggingface.co/docs/safetensors: 8 bytes length of the header, JSON header, numbers.
function read(file) {
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  const header = JSON.parse(text(file.subarray(8, 8 + length)));
  return { header, numbers: file.subarray(8 + length) };
}

function kohyaName(name) {
  const renamed = name
    .replace(/\.lora_A\.weight$/, ".lora_down.weight")
    .replace(/\.lora_B\.weight$/, ".lora_up.weight")
    .replace(/^unet/, "lora_unet");
  const parts = renamed.split(".");
  return `${parts.slice(0, -2).join("_")}.${parts.slice(-2).join(".")}`;
}

export function toKohya(file) {
  const { header, numbers } = read(file);
  const { __metadata__: metadata = {}, ...tensors } = header;
  const alpha = JSON.parse(metadata.lora_adapter_metadata ?? "{}")["unet.lora_alpha"];
  if (typeof alpha !== "number") throw new Error("This file does not say its alpha.");
  const renamed = { __metadata__: { ss_network_module: "networks.lora", "modelspec.source": "FedArt" } };
  const alphas = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    const kohya = kohyaName(name);
    renamed[kohya] = tensor;
    if (kohya.endsWith(".lora_down.weight")) alphas.push(kohya.replace(/\.lora_down\.weight$/, ".alpha"));
  }
  const tail = new Float32Array(alphas.length).fill(alpha);
  alphas.forEach((name, number) => {
    const at = numbers.length + 4 * number;
    renamed[name] = { dtype: "F32", shape: [], data_offsets: [at, at + 4] };
  });
  let head = JSON.stringify(renamed);
  head += " ".repeat((8 - (utf8(head).length % 8)) % 8);
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(utf8(head).length), true);
  return join(size, utf8(head), numbers, new Uint8Array(tail.buffer));
}
