"""What may come in, and what the model may answer."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class BadAnswer(ValueError):
    """The model's text is not an answer."""


class Message(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9-]{1,40}$")
    text: str = Field(min_length=1, max_length=4000)


class Move(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9-]{1,40}$")
    queue: str = Field(pattern=r"^[a-z]{1,20}$")


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    queue: str
    confidence: float = Field(ge=0, le=1)
    reason: str = Field(max_length=400)
    draft: str = Field(max_length=2000)
    cites: list[str] = Field(max_length=5)
    refused: bool


def parse(text):
    """The answer, or BadAnswer."""
    try:
        return Answer.model_validate_json(text)
    except ValidationError as error:
        raise BadAnswer("the answer does not have the shape that was asked for") from error
