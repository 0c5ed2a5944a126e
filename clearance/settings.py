"""Settings: of `conf/california.yaml`, or of `CLEARANCE_` variables, which have precedence."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from clearance.errors import RulebookInvalid, UsageError, listed, nearest
from clearance.platform.paths import conf_folder
from clearance.rulebook.language.yaml_lines import Document, load_yaml
from clearance.rulebook.loading.option_files import MOST_BYTES, OptionFile, read_option_file

DEFAULT_CONFIG = "california.yaml"
DEMO_CONFIG = "demo.yaml"


class CountyPolicy(BaseModel):
    """Which policy pack decides a county's Prop 64 counts.

    Attributes:
        policy: id of the pack.
        options: option file, relative to the configuration file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: str = Field(min_length=1)
    options: str | None = None


class CountyPolicies(BaseModel):
    """The default policy and the counties that have their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    default: CountyPolicy | None = None
    counties: dict[str, CountyPolicy] = Field(default_factory=dict)


class Settings(BaseSettings):
    """The settings of a run.

    Attributes:
        packs: ids of packs for the whole state: law, effects, pointers; a sweep uses the version
            in force at as-of.
        county_policies: the policy of each county.
        scenarios: ids of packs that are decided beside the policies.
        switches: readings of the law that a lawyer might decide differently.
        quarantine_limit: share of a file's rows that may be quarantined before it is refused.
        unread_limit: share of a needed field's values that may be unreadable, likewise.
        unpack_limit: ratio of unpacked to compressed size beyond which a file is refused.
        open_readers: keep tables readable by delta-rs, DuckDB and pandas.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="CLEARANCE_", env_nested_delimiter="__"
    )

    packs: tuple[str, ...] = ()
    county_policies: CountyPolicies = CountyPolicies()
    scenarios: tuple[str, ...] = ()
    switches: dict[str, bool | int | str | tuple[str, ...]] = Field(default_factory=dict)
    quarantine_limit: Annotated[float, Field(ge=0, le=1)] = 0.01
    unread_limit: Annotated[float, Field(ge=0, le=1)] = 0.05
    unpack_limit: Annotated[float, Field(ge=1, le=1_000_000)] = 100.0
    open_readers: bool = True
    _option_files: dict[str, OptionFile] = PrivateAttr(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment variables have precedence over the file, which is the init argument."""
        return env_settings, init_settings

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the settings that change a sweep's results."""
        content = self.model_dump(
            mode="json", include={"packs", "county_policies", "scenarios", "switches"}
        )
        content["option_files"] = {
            name: self.option_file(name).content for name in self._option_file_names()
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()

    def read_option_files(self, folder: Path) -> None:
        """Read every option file once, so that later changes do not affect the run.

        Args:
            folder: the folder of the configuration file; option files are relative to it.
        """
        for name in self._option_file_names():
            self._option_files[name] = read_option_file(folder / name, name=name)

    def option_file(self, name: str) -> OptionFile:
        """An option file, as read before; else it is read now, relative to the current folder."""
        if name not in self._option_files:
            self._option_files[name] = read_option_file(Path(name), name=name)
        return self._option_files[name]

    def _option_file_names(self) -> list[str]:
        policies = self.county_policies
        chosen = [*policies.counties.values(), *([policies.default] if policies.default else [])]
        return sorted({policy.options for policy in chosen if policy.options is not None})


def load_settings(path: Path | None) -> Settings:
    """The settings of a configuration file, or of the project's own where None.

    Raises:
        UsageError: there is no such file, a key is there twice or unknown (the message names the
            nearest known key), or a value is invalid.
    """
    file = path or conf_folder() / DEFAULT_CONFIG
    correct = f"Correct {file}, or name another with --config."
    try:
        document = load_yaml(file, most=MOST_BYTES)
    except RulebookInvalid as error:
        raise UsageError(error.message, correct) from error
    data = document.data if document.data is not None else {}
    if not isinstance(data, dict):
        raise UsageError(f"{file.name}:1: settings are `key: value` lines.", correct)
    unknown = [
        _unknown_key(str(key), f"{file.name}:{document.line((key,))}")
        for key in data
        if key not in Settings.model_fields
    ]
    if unknown:
        raise UsageError(listed(unknown), correct)
    try:
        settings = Settings(**data)
    except ValidationError as error:
        problems = [
            f"{_location(document, problem['loc'])}: {_problem_text(dict(problem))}"
            for problem in error.errors()
        ]
        raise UsageError(
            listed(problems), f"Correct {file}, or the CLEARANCE_ variable that is named."
        ) from error
    except Exception as error:
        raise UsageError(
            f"A CLEARANCE_ environment variable cannot be read ({type(error).__name__}).",
            "Lists and mappings are written as JSON there.",
        ) from error
    settings.read_option_files(file.parent)
    return settings


def _location(document: Document, key: tuple[str | int, ...]) -> str:
    """The place of a setting: an environment variable, or file and line."""
    variable = f"CLEARANCE_{key[0]}".upper()
    if any(name.upper().partition("__")[0] == variable for name in os.environ):
        return variable
    return f"{document.path.name}:{document.line(key)}"


def _unknown_key(key: str, where: str) -> str:
    guess = nearest(key, list(Settings.model_fields))
    hint = f"; did you mean `{guess}`?" if guess else ""
    return f"{where}: unknown setting `{key}`{hint}"


def _problem_text(problem: dict[str, Any]) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        known = [*CountyPolicies.model_fields, *CountyPolicy.model_fields]
        guess = nearest(str(problem["loc"][-1]), known)
        return f"unknown setting `{name}`" + (f"; did you mean `{guess}`?" if guess else "")
    return f"`{name}`: {problem['msg']}"
