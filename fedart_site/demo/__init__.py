"""The whole mission on one laptop, step by step: `python -m fedart_site.demo`.

The demo has no private way in. It starts the same processes as production, and then plays people: five artists who sign
up and consent over HTTP, five real agent processes that enrol by device code, an operator who opens two rounds, a
compliance officer who downloads the records. Each step is judged by its result as the platform shows it.
"""
