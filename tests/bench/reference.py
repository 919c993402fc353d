"""The peer of the command benchmarks: FastAPI and SQLModel as their tutorials put them together, a session for each request and a commit for each.

It does less than a command of ours: the token is looked up and the key of a repeated request, then the submission, its text and the receipt are inserted
and committed. There is no hash chain, no order of facts, no access table, no view. The settings of the database are ours: WAL, `synchronous=FULL`.
Run it with uvicorn: `REFERENCE_FILE=… uvicorn reference:app`.
"""

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Depends, FastAPI, Header, HTTPException, Response
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import event
from sqlmodel import Field, Session, SQLModel, create_engine, select

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class Token(SQLModel, table=True):
    hash: str = Field(primary_key=True)
    person: str
    delegation: str


class Principle(SQLModel, table=True):
    id: str = Field(primary_key=True)
    negotiation: str = Field(index=True)
    delegation: str
    theme: str
    text_hash: str
    submitted_at: datetime


class PrincipleText(SQLModel, table=True):
    principle: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    text: str


class Receipt(SQLModel, table=True):
    person: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    principle: str


class Submission(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    text: Text
    theme: str


engine = create_engine(f"sqlite:///{os.environ['REFERENCE_FILE']}", connect_args={"check_same_thread": False, "timeout": 60}, pool_size=40, max_overflow=40)


@event.listens_for(engine, "connect")
def _durable(connection: Any, _: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=60000"):
        connection.execute(f"PRAGMA {pragma}")


SQLModel.metadata.create_all(engine)
app = FastAPI()


def session() -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


def submitted(db: Session, negotiation: str, body: Submission, authorization: str, key: str) -> dict[str, str]:
    token = db.get(Token, hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest())
    if token is None:
        raise HTTPException(401)
    before = db.get(Receipt, (token.person, key))
    if before is not None:
        return {"principle": before.principle}
    text_hash = hashlib.sha256(body.text.encode()).hexdigest()
    principle = Principle(
        id=uuid4().hex, negotiation=negotiation, delegation=token.delegation, theme=body.theme, text_hash=text_hash, submitted_at=datetime.now(UTC)
    )
    name = principle.id
    db.add(principle)
    db.add(PrincipleText(principle=name, version=1, text=body.text))
    db.add(Receipt(person=token.person, key=key, principle=name))
    db.commit()
    return {"principle": name}


@app.post("/api/v1/negotiations/{negotiation}/principles", status_code=201)
def submit(
    negotiation: str,
    body: Submission,
    db: Annotated[Session, Depends(session)],
    authorization: Annotated[str, Header()],
    idempotency_key: Annotated[str, Header()],
) -> dict[str, str]:
    """As the tutorial does it: a plain function, which FastAPI runs in one of its forty threads."""
    return submitted(db, negotiation, body, authorization, idempotency_key)


@app.post("/api/v1/one-at-a-time/{negotiation}/principles", status_code=201)
async def submit_in_the_loop(
    negotiation: str, body: Submission, authorization: Annotated[str, Header()], idempotency_key: Annotated[str, Header()]
) -> dict[str, str]:
    """The same in the event loop, one after the other: no thread waits for another one's lock, and nothing else is answered meanwhile."""
    with Session(engine) as db:
        return submitted(db, negotiation, body, authorization, idempotency_key)


@app.post("/api/v1/nothing/{negotiation}/principles", status_code=201)
async def nothing(negotiation: str, body: Submission) -> Response:
    """What reading a request and answering it takes by itself."""
    return Response(b"{}", 201, media_type="application/json")


@app.post("/people")
def people(names: list[str]) -> Response:
    with Session(engine) as db:
        for name in names:
            db.add(Token(hash=hashlib.sha256(name.encode()).hexdigest(), person=name, delegation=name))
        db.commit()
    return Response(status_code=201)


@app.get("/count")
def count(db: Annotated[Session, Depends(session)]) -> int:
    return len(db.exec(select(Principle.id)).all())
