"""What a plan costs to build: the calls into the JVM."""

from __future__ import annotations

from typing import Any

import pytest
from py4j.java_gateway import GatewayClient
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

LOOK_UP = "r\n"


@pytest.mark.usefixtures("spark")
def test_a_function_is_looked_up_once_however_often_it_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commands: list[str] = []
    client: Any = SparkSession.active().sparkContext._gateway._gateway_client  # type: ignore[union-attr]
    send = type(client).send_command

    def noted(self: GatewayClient, command: str, *args: Any, **kwargs: Any) -> Any:
        commands.append(command)
        return send(self, command, *args, **kwargs)

    F.soundex(F.lit("a"))
    monkeypatch.setattr(type(client), "send_command", noted)
    F.soundex(F.lit("b"))
    assert len(commands) > 1
    assert [command for command in commands if command.startswith(LOOK_UP)] == []
