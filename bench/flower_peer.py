"""One round of Flower's SecAgg+, unmodified, in this process: `.venv-peers/bin/python bench/flower_peer.py ...`.

The workflow and the client mod are Flower's own; only the network is replaced, by a Grid that hands each message to
its client. So neither gRPC nor protobuf nor an object store is counted, and FedAvg is left out: that favours Flower.
Prints one JSON object. Made by `make bench-peers`; never imported by FedArt.
"""

import argparse
import gc
import json
import logging
import time
import warnings
from typing import Any

import numpy as np
from flwr.app import ConfigRecord, Context, Error, Message, RecordDict
from flwr.client import NumPyClient
from flwr.client.mod import secaggplus_mod
from flwr.clientapp import ClientApp
from flwr.common import ndarrays_to_parameters
from flwr.common.secure_aggregation.secaggplus_constants import RECORD_KEY_CONFIGS, Key
from flwr.common.serde import message_to_proto
from flwr.compat.common import recorddict_compat
from flwr.server import Grid, LegacyContext, ServerConfig, SimpleClientManager
from flwr.server.compat.grid_client_proxy import GridClientProxy
from flwr.server.strategy import FedAvg
from flwr.server.workflow import SecAggPlusWorkflow
from flwr.server.workflow.constant import MAIN_CONFIGS_RECORD, MAIN_PARAMS_RECORD
from flwr.server.workflow.constant import Key as WorkflowKey
from meter import Meter, status

CLIP = 8.0
LEVELS = 1 << 22


def vector(client: int, length: int) -> np.ndarray:
    """The update of a client, the same on both sides."""
    made = np.random.Generator(np.random.SFC64(1000 + client)).standard_normal(length, dtype=np.float32)
    return made * np.float32(0.02)


class Run:
    """One round: its sizes, its clients, what is measured. One at a time, in RUN."""

    def __init__(self, clients: int, length: int, drop: int, base: float | None) -> None:
        self.clients, self.length, self.alive = clients, length, clients - drop
        self.meter, self.outside = Meter(base), {"fit": 0.0, "fedavg": 0.0}
        self.masking: dict[int, float] = {}
        self.app = ClientApp(
            client_fn=lambda context: Fixed(context.node_id - 1).to_client(), mods=[secaggplus_mod]
        )
        self.contexts = {who + 1: Context(1, who + 1, {}, RecordDict(), {}) for who in range(clients)}


RUN: Run


class Fixed(NumPyClient):
    def __init__(self, who: int) -> None:
        self.who = who

    def fit(self, parameters: Any, config: Any) -> Any:
        began = time.process_time()
        made = vector(self.who, RUN.length)
        RUN.outside["fit"] += time.process_time() - began
        return [made], 1000, {}  # the largest weight: Flower rounds the others


class InProcess(Grid):
    """Hands each message to its client; who drops out does so before its masked vector."""

    def set_run(self, run: Any) -> None: ...

    @property
    def run(self) -> Any:
        return None

    def create_message(
        self, content: Any, message_type: str, dst_node_id: int, group_id: str, ttl: Any = None
    ) -> Any:
        return Message(content, dst_node_id, message_type, ttl=ttl, group_id=group_id)

    def get_node_ids(self) -> Any:
        return list(RUN.contexts)

    def push_messages(self, messages: Any) -> Any:
        raise NotImplementedError

    def pull_messages(self, message_ids: Any) -> Any:
        raise NotImplementedError

    def send_and_receive(self, messages: Any, *, timeout: Any = None) -> Any:
        sent, replies = list(messages), []
        RUN.meter.__exit__()
        stage = str(sent[0].content.config_records[RECORD_KEY_CONFIGS][Key.STAGE])
        for message in sent:
            replies.append(self.answer(message, stage))
        del sent
        RUN.meter.server().__enter__()
        return replies

    def answer(self, message: Any, stage: str) -> Any:
        node = message.metadata.dst_node_id
        message.metadata.__dict__["_message_id"] = f"{stage}-{node}"
        if node - 1 >= RUN.alive and stage in ("collect_masked_vectors", "unmask"):
            return Message(Error(0, "dropped"), reply_to=message)
        own = RecordDict()  # every client owns its records, as over a network
        for records in (message.content.array_records, message.content.metric_records):
            for name, record in records.items():
                own[name] = record
        for name, record in message.content.config_records.items():
            own[name] = ConfigRecord(dict(record))
        kind, group = message.metadata.message_type, message.metadata.group_id
        inbound = Message(own, dst_node_id=node, message_type=kind, group_id=group)
        inbound.metadata.__dict__["_message_id"] = message.metadata.message_id
        RUN.outside["fit"] = 0.0
        with RUN.meter.client(node - 1):
            reply = RUN.app(inbound, RUN.contexts[node])
        RUN.meter.client_cpu[node - 1] -= RUN.outside["fit"]
        if stage == "collect_masked_vectors":
            RUN.masking[node - 1] = RUN.meter.last - RUN.outside["fit"]
        RUN.meter.sent(node - 1, message_to_proto(reply).ByteSize())
        return reply


class Timed(FedAvg):
    def aggregate_fit(self, server_round: Any, results: Any, failures: Any) -> Any:
        began = time.process_time()
        try:
            return super().aggregate_fit(server_round, results, failures)
        finally:
            RUN.outside["fedavg"] += time.process_time() - began


def legacy_context(grid: Grid) -> LegacyContext:
    """The state of the round as Flower's server app would have made it."""
    manager = SimpleClientManager()
    start = ndarrays_to_parameters([np.zeros(RUN.length, np.float32)])
    for node in RUN.contexts:
        manager.register(GridClientProxy(node_id=node, grid=grid, run_id=1))
    count = RUN.clients
    strategy = Timed(
        fraction_fit=1.0, min_fit_clients=count, min_available_clients=count, initial_parameters=start
    )
    made = LegacyContext(
        context=Context(1, 0, {}, RecordDict(), {}),
        config=ServerConfig(num_rounds=1),
        strategy=strategy,
        client_manager=manager,
    )
    made.state.array_records[MAIN_PARAMS_RECORD] = recorddict_compat.parameters_to_arrayrecord(start, True)
    config = ConfigRecord()
    config[WorkflowKey.CURRENT_ROUND] = 1
    made.state.config_records[MAIN_CONFIGS_RECORD] = config
    return made


def play(
    clients: int, length: int, drop: int, shares: int, threshold: int, base: float | None = None
) -> dict[str, float]:
    """CPU, memory (the server's above `base` MiB), bytes and largest error of one round."""
    global RUN
    RUN = Run(clients, length, drop, base)
    grid = InProcess()
    legacy = legacy_context(grid)
    workflow = SecAggPlusWorkflow(
        shares,
        threshold,
        max_weight=1000.0,
        clipping_range=CLIP,
        quantization_range=LEVELS,
        modulus_range=1 << 32,
    )
    RUN.meter.server().__enter__()
    workflow(grid, legacy)
    RUN.meter.__exit__()
    RUN.meter.server_cpu -= RUN.outside["fedavg"]
    got = legacy.state.array_records[MAIN_PARAMS_RECORD].to_numpy_ndarrays()[0]
    mean = sum(vector(who, length).astype(np.float64) for who in range(RUN.alive)) / RUN.alive
    masking = float(np.median([RUN.masking[who] for who in range(RUN.alive)]))
    found = {**RUN.meter.figures(list(range(RUN.alive))), "client_step_cpu": masking}
    return {**found, "max_error": float(np.max(np.abs(got - mean)))}


def _identify() -> None:
    """Newer versions read the sender's identity from here."""
    try:
        from flwr.supercore.task_identity import TaskIdentity
    except ImportError:
        return
    TaskIdentity.task_id, TaskIdentity.run_id, TaskIdentity.node_id = 1, 1, 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("clients", "params", "drop", "shares", "threshold"):
        parser.add_argument(f"--{name}", type=int, required=True)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.filterwarnings("ignore")
    _identify()
    play(3, 64, 0, 3, 2)  # imports and what only happens once stay out of the measurement,
    before = status("VmRSS")
    play(8, asked.params, 0, 3, 2)  # and first pages of memory, for a server runs for long
    gc.freeze()
    print(json.dumps(play(asked.clients, asked.params, asked.drop, asked.shares, asked.threshold, before)))
