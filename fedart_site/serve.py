"""The web process: `python -m fedart_site.serve --port 8000`. In production several of it stand behind a proxy."""

import argparse
import os

import uvicorn

from fedart_site.environment import prepare_process

# A picture is asked for over a socket; nothing a browser sends there is long.
MAX_SOCKET_MESSAGE = 64 * 1024
GRACE_SECONDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    os.environ["FEDART_PROCESS"] = "web"
    prepare_process()
    uvicorn.run(
        "fedart_site.asgi:application",
        host=arguments.host,
        port=arguments.port,
        log_config=None,  # Django's LOGGING is in force
        access_log=False,  # RequestLogMiddleware writes one line without personal data
        server_header=False,
        date_header=True,
        lifespan="off",
        ws_max_size=MAX_SOCKET_MESSAGE,
        timeout_graceful_shutdown=GRACE_SECONDS,
        # Scheme and address of the visitor come from the proxy's headers only where settings say so.
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()
