"""Settings: read from PARLEY_* variables and an .env file, with defaults that start everything in one process."""

import difflib
import json
import os
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from parley.kernel.signing import Keys, keys_in, made

PREFIX = "PARLEY_"


class WrongSetting(NamedTuple):
    """A variable, what is wrong with it, and what to do. Its value is not said: it may hold a password."""

    variable: str
    wrong: str
    do: str


class SettingsRefused(Exception):  # noqa: N818  (the start's answer to the operator)
    """Some settings cannot be read; `wrong` says which."""

    def __init__(self, wrong: list[WrongSetting]) -> None:
        super().__init__("\n".join(f"{one.variable} {one.wrong}. {one.do}" for one in wrong))
        self.wrong = wrong


class Settings(BaseSettings):
    """What an operator may set. Every field is the variable `PARLEY_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", env_file=".env", extra="ignore")

    data: Path = Field(default=Path("parley-data"), description="folder of the embedded record, of the secret and of the signing keys")
    database: str = Field(default="", description="SQLAlchemy URL of the record; empty: an SQLite file in the data folder")
    host: str = Field(default="127.0.0.1", description="address to listen on; put a proxy with TLS in front before you open it to others")
    port: int = Field(default=8040, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    secret_file: Path | None = Field(default=None, description="file with the secret from which codes are made; made in the data folder if left out")
    signing_keys_file: Path | None = Field(
        default=None, description="file with the keys that sign what is issued; made in the data folder if left out, and needed where services run apart"
    )
    token_file: Path | None = Field(default=None, description="file with your token, for the commands that speak to a running Parley: `parley issue`")
    otlp_endpoint: str = Field(default="", description="OpenTelemetry collector over HTTP, as in http://127.0.0.1:4318; empty: nothing is sent")
    database_file: Path | None = Field(default=None, description="file with the URL of the record, where it holds a password")
    schema_name: str = Field(default="", description="PostgreSQL schema of the service; empty: the service's own name")
    kafka: str = Field(default="", description="bootstrap servers of Kafka, as in 10.0.0.1:9092,10.0.0.2:9092; scaled out only")
    kafka_user: str = Field(default="", description="who signs in to Kafka with SCRAM-SHA-512; empty: Kafka is open, which only a closed network may be")
    kafka_password_file: Path | None = Field(default=None, description="file with the password of kafka_user")
    kafka_authority: Path | None = Field(default=None, description="certificate of the authority that signed Kafka's; set together with kafka_user")
    kafka_partitions: int = Field(default=12, ge=1, description="partitions of each topic; what `parley topics` makes cannot be changed later")
    peers: Annotated[dict[str, str], NoDecode] = Field(default={}, description='where the services are, as JSON: {"delegations": "http://10.0.0.3:8041"}')
    proved_facts: int = Field(
        default=100_000, ge=0, description="how many of the newest facts an embedded start holds against their hashes; `parley verify` takes all"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="warning", description="debug, info, warning or error")

    @field_validator("peers", mode="before")
    @classmethod
    def _read_peers(cls, said: Any) -> Any:
        return json.loads(said or "{}") if isinstance(said, str) else said

    @field_validator("log_level", mode="before")
    @classmethod
    def _read_log_level(cls, said: Any) -> Any:
        return said.lower() if isinstance(said, str) else said

    @field_validator("database_file", "kafka_password_file", "kafka_authority")
    @classmethod
    def _find(cls, file: Path | None) -> Path | None:
        if file and not (file.is_file() and os.access(file, os.R_OK)):
            raise ValueError("it names a file that cannot be read")
        return file

    @field_validator("database")
    @classmethod
    def _look_at_database(cls, said: str) -> str:
        if said:
            from sqlalchemy.engine import make_url  # noqa: PLC0415  (only who sets a database pays for the import)
            from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

            try:
                make_url(said)
            except ArgumentError:
                raise ValueError("it is no URL of a database, as in postgresql+psycopg://user@host/database") from None
        return said

    @model_validator(mode="after")
    def _read_database_file(self) -> Self:
        if self.database_file and not self.database:
            self.database = self._look_at_database(self.database_file.read_text().strip())
        return self

    @property
    def database_url(self) -> str:
        """The record's address."""
        return self.database or f"sqlite:///{self.data.absolute() / 'parley.db'}"

    @property
    def signing_keys(self) -> Path:
        """Where the signing keys are."""
        return self.signing_keys_file or self.data / "signing-keys.json"

    def keys(self) -> Keys:
        """The signing keys as their file has them now; made on the first start, readable by its owner alone. Raises ValueError if it holds none."""
        return keys_in(self.signing_keys if self.signing_keys_file else made(self.signing_keys))

    def secret(self) -> SecretStr:
        """The secret from which invitation codes and tokens are made; made on the first start, readable by its owner alone."""
        file = self.secret_file or self.data / "secret"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
                made.write(secrets.token_hex(32))
        return SecretStr(file.read_text().strip())


def read_settings(**said: Any) -> Settings:
    """The settings of the environment, with what is said here before them.

    Raises:
        SettingsRefused: some of them cannot be read.
    """
    try:
        return Settings(**said)
    except ValidationError as error:
        raise SettingsRefused([_refused(str(one["loc"][0]) if one["loc"] else "database_file", one["msg"]) for one in error.errors()]) from None


def _refused(field: str, message: str) -> WrongSetting:
    description = Settings.model_fields[field].description
    return WrongSetting(PREFIX + field.upper(), f"cannot be read: {message.removeprefix('Value error, ')}", f"Set it to this, or unset it: {description}.")


def unknown_settings() -> list[WrongSetting]:
    """Variables that begin like ours and are none, which are ignored: most often one that is misspelt."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    set_here = {name.upper() for name in (*os.environ, *dotenv_values(".env")) if name.upper().startswith(PREFIX)}
    found = []
    for name in sorted(set_here - known):
        meant = difflib.get_close_matches(name, known, 1)
        found.append(
            WrongSetting(name, "is no setting, and is ignored", f"Set {meant[0]} instead, or unset it." if meant else "Unset it; docs/settings.md lists all.")
        )
    return found
