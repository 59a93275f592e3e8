"""What asking will take, quoted before it starts: `quotes`."""

import json
from pathlib import Path

import pytest
import yaml

from obverse import accounts, asking, estimates, quotes, versions
from obverse.accounts import Account, Record
from obverse.errors import UnusableInput
from obverse.quotes import Quote
from obverse.rekognition import client

SHIPPED = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
SECRET = "Bearer not-to-be-told-1c7e"


def quoted(directory: Path, **changes: object) -> Quote:
    """Return the quote of a target of the user's own."""
    mine = {"size": 16, "classes": 6, "images": "own/images", "auxiliary": "own/others"} | changes
    (found,) = quotes.quotes(SHIPPED | {"asked": {"mine": mine}}, directory)
    return found


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Write a folder of 12 labelled pictures, and one of 30; return where they are."""
    for folder, count in (("images/ann", 7), ("images/bob", 5), ("others", 30)):
        (tmp_path / "own" / folder).mkdir(parents=True)
        for number in range(count):
            (tmp_path / "own" / folder / f"{number}.png").touch()
    (tmp_path / "own/notes.txt").touch()
    (tmp_path / "model.onnx").touch()
    return tmp_path


def account_of(directory: Path, version: str = "", price: float = 0.0) -> Account:
    """Open the account of the target's model file as it is, or of a ``version``."""
    if not version:
        how = {"architecture": "", "output": "", "size": 16, "colour": "rgb", "mean": [0.0], "deviation": [255.0]}
        version = versions.model(versions.reading(model=directory / "model.onnx", **how))
    return Account(directory / "results/asked/mine", version, price)


def answer(directory: Path, names: list[str], version: str = "", price: float = 0.0, vouched: bool = False) -> None:
    """Let the target's account have answers about pictures called ``names``, each asked about once."""
    with account_of(directory, version, price) as account:
        account.charge(names, lambda: None)
        for name in names:
            account.keep(name, [0.5, 0.5])
        if vouched:
            account.vouch()


def test_a_target_is_asked_about_each_picture_and_a_few_again(pictures: Path):
    found = quoted(pictures, model="model.onnx", price_usd=0.5, max_cost_usd=100, confirm_spend=True)
    assert (found.pictures, found.questions, found.cost_usd) == (42, 42 + 2 * asking.STEADY, 26.0)
    assert found.missing() == []
    first, second = found.lines()
    assert first.startswith("asked.mine: at most 42 pictures, 0 answered already; at most 52 questions to ask, $26.00;")
    assert "suffices; leave to spend is given; its model file is there" in second


@pytest.mark.parametrize("known", [0, 3, 20, 42])
@pytest.mark.parametrize("vouched", [False, True])
def test_no_run_asks_more_than_is_quoted_and_one_that_can_ask_so_much(
    pictures: Path, known: int, vouched: bool, capsys: pytest.CaptureFixture
):
    """Held against a real run about 42 pictures, of which some are answered."""
    contents = [b"%d" % number for number in range(42)]
    answer(pictures, [asking.sha256(content) for content in contents[:known]], vouched=vouched)
    found = quoted(pictures, model="model.onnx")
    assert found.record == Record(known, 0.0, known, vouched)
    target = asking.Target("mine", lambda batch, charge: charge() or [[0.5, 0.5]], lambda one: one, 1, 1)
    with account_of(pictures) as account:
        asking.complete(target, lambda: iter(contents), account, asking.Budget(1000, 0, False))
        assert account.asked - known == found.questions


def test_what_is_short_or_not_allowed_is_missing_and_named_by_its_key(pictures: Path):
    found = quoted(pictures, model="model.onnx", price_usd=0.5, max_cost_usd=25, max_questions=51)
    assert found.missing() == [
        "asked.mine.max_questions: 52 at most are needed, 51 allowed",
        "asked.mine.confirm_spend: true, if you mean to spend $26.00",
        "asked.mine.max_cost_usd: $26.00 at most are needed, $25.00 allowed",
    ]
    second = found.lines()[1]
    assert "51 questions and $25.00 does not suffice; leave to spend is lacking" in second
    allowed = quoted(
        pictures, model="model.onnx", price_usd=0.5, max_cost_usd=26.0, max_questions=52, confirm_spend=True
    )
    assert allowed.missing() == []


def test_a_target_that_costs_nothing_needs_no_leave(pictures: Path):
    found = quoted(pictures, model="model.onnx")
    assert found.missing() == [] and "leave to spend is not needed" in found.lines()[1]


def test_what_was_spent_on_any_version_counts_and_only_what_this_one_answered_is_not_asked_again(pictures: Path):
    answer(pictures, ["a", "b"], price=0.25)
    answer(pictures, ["a", "b", "c"], version="newer", price=1.0, vouched=True)
    found = quoted(pictures, model="model.onnx", price_usd=1, max_cost_usd=50, confirm_spend=True)
    assert found.record == Record(asked=5, spent_usd=3.5, answered=2, steady=False, others=True)
    assert found.questions == 40 + asking.STEADY + 2
    assert found.missing() == ["asked.mine.max_cost_usd: $50.50 at most are needed, $50.00 allowed"]
    assert "its answers count if the pictures are those of before; answers of other versions" in found.lines()[1]


ENDPOINT = {"url": "https://scores.example/", "body": "", "scores": "out"}
CHANGES = [{"endpoint": ENDPOINT | {"url": "https://other.example/"}}, {"endpoint": ENDPOINT | {"scores": "@"}}]
CHANGES += [{"endpoint": ENDPOINT, "size": 32}, {"endpoint": ENDPOINT, "colour": "grey"}]


@pytest.mark.parametrize("changes", CHANGES)
def test_of_an_endpoint_that_is_another_now_all_is_quoted(pictures: Path, changes: dict):
    names = [f"{number}" for number in range(42)]
    answer(pictures, names, versions.endpoint(**ENDPOINT, size=16, colour="rgb"), vouched=True)
    assert quoted(pictures, endpoint=ENDPOINT).questions == 0
    found = quoted(pictures, **changes)
    assert (found.record.answered, found.questions) == (0, 42 + 2 * asking.STEADY)
    assert "answers of other versions of it count for nothing" in found.lines()[1]


def test_of_a_model_file_that_is_another_now_or_read_otherwise_all_is_quoted(pictures: Path):
    answer(pictures, [f"{number}" for number in range(42)], vouched=True)
    assert quoted(pictures, model="model.onnx").questions == 0
    assert quoted(pictures, model="model.onnx", mean=[1]).questions == 42 + 2 * asking.STEADY
    (pictures / "model.onnx").write_text("another")
    assert quoted(pictures, model="model.onnx").questions == 42 + 2 * asking.STEADY


def test_of_a_model_that_is_not_made_yet_all_is_quoted_and_it_is_said_why(pictures: Path):
    answer(pictures, ["a", "b"], vouched=True)
    found = quoted(pictures, model="results/classifiers/faces/seed1/weights.safetensors")
    assert (found.record.asked, found.record.answered, found.questions) == (2, 0, 42 + 2 * asking.STEADY)
    assert "whether they are this target's cannot be known yet" in found.lines()[1]


def test_an_answer_whose_digest_is_not_its_own_is_none_as_to_the_run(pictures: Path):
    answer(pictures, ["a", "b"])
    (path,) = (pictures / "results/asked/mine").glob("*.jsonl")
    path.write_text(path.read_text().replace("0.5, 0.5", "0.5, 0.25", 1))
    with account_of(pictures) as account:
        assert len(account.answers) == 1
    assert quoted(pictures, model="model.onnx").record.answered == 1


def test_an_account_that_a_run_is_writing_is_read_and_left_as_it_is(pictures: Path):
    answer(pictures, ["a", "b"], version="x")
    (path,) = (pictures / "results/asked/mine").glob("*.jsonl")
    torn = path.read_bytes() + b'{"answered": "c", "ti'
    path.write_bytes(torn)
    assert accounts.record(path.parent, "x") == Record(2, 0.0, 2, False)
    assert path.read_bytes() == torn


def test_a_missing_model_and_missing_folders_are_missing_and_no_number_is_made_up(tmp_path: Path):
    found = quoted(tmp_path, model="model.onnx")
    images, others, model = found.missing()
    assert images.startswith(f"asked.mine.images: {tmp_path / 'own/images'}: expected a folder of pictures")
    assert others.startswith("asked.mine.auxiliary: ")
    assert model == "asked.mine.model: expected a model file, found none at model.onnx"
    assert found.lines() == [
        "asked.mine: how many questions cannot be said without pictures; its model file is missing"
    ]


def test_what_a_rule_makes_is_not_missing_and_is_counted_as_estimated_until_it_is_there(tmp_path: Path):
    (found,) = quotes.quotes(SHIPPED, tmp_path)
    expected = estimates.held(SHIPPED, "members") + estimates.held(SHIPPED, "generic")
    assert expected <= found.pictures < expected + 2 and found.missing() == []
    assert "its model file is made by this workflow" in found.lines()[1]
    for name in ("members", "generic"):
        (tmp_path / "results/pictures" / name).mkdir(parents=True)
        (tmp_path / "results/pictures" / name / "1.png").touch()
    assert quotes.quotes(SHIPPED, tmp_path)[0].pictures == 2


def test_whether_the_authorization_is_there_is_said_and_what_it_is_never(pictures: Path, monkeypatch):
    endpoint = {"url": "https://scores.example/", "authorization": "QUOTED_TOKEN", "attempts": 3}
    monkeypatch.delenv("QUOTED_TOKEN", raising=False)
    found = quoted(pictures, endpoint=endpoint)
    missing = "asked.mine.endpoint.authorization: expected the name of an environment variable, found none that is set"
    assert found.missing() == [missing] and "its authorization is missing" in found.lines()[1]
    assert "(up to 3 attempts each, which all count)" in found.lines()[0]
    monkeypatch.setenv("QUOTED_TOKEN", SECRET)
    found = quoted(pictures, endpoint=endpoint)
    assert found.missing() == [] and "its authorization is in QUOTED_TOKEN" in found.lines()[1]
    assert SECRET not in repr(found) + "".join(found.lines())
    found = quoted(pictures, endpoint=endpoint | {"authorization": "not_to_be_told_1c7e"})  # the secret, by mistake
    assert found.missing() == [missing] and "not_to_be_told_1c7e" not in repr(found)
    assert "no authorization is sent" in quoted(pictures, endpoint={"url": "https://scores.example/"}).lines()[1]


def rekognition(directory: Path, **changes: object) -> list[Quote]:
    """Return the quotes of a configuration without a target of the user's own."""
    return quotes.quotes(SHIPPED | {"asked": {}, "rekognition": SHIPPED["rekognition"] | changes}, directory)


def test_the_stand_in_for_rekognition_is_not_quoted(tmp_path: Path):
    assert rekognition(tmp_path) == []


def test_without_leave_the_service_is_not_asked_and_a_run_misses_nothing(tmp_path: Path):
    assert rekognition(tmp_path, source="official")[0].missing() == []


def test_the_service_is_quoted_for_both_data_sets_and_takes_leave_whatever_the_price(tmp_path: Path):
    sizes = estimates.counts(SHIPPED)
    faces = sizes["facescrub"] + sizes["celeba"]
    (found,) = rekognition(tmp_path, source="official")
    assert (found.pictures, found.questions) == (faces, faces + 2 * asking.STEADY)
    cost = f"${(faces + 2 * asking.STEADY) * 0.001:,.2f}"
    leave, budget = (
        f"rekognition.confirm_spend: true, if you mean to spend {cost}",
        f"rekognition.max_cost_usd: {cost} at most are needed, $0.00 allowed",
    )
    assert "does not suffice; leave to spend is lacking" in found.lines()[1]
    assert found.lines()[2] == f"  left out until it is given: {leave}; {budget}"
    (free,) = rekognition(tmp_path, source="official", price_usd=0)
    assert free.lines()[2].endswith("rekognition.confirm_spend: true, if you mean to spend $0.00")
    assert rekognition(tmp_path, source="official", confirm_spend=True)[0].missing() == [budget]
    assert rekognition(tmp_path, source="official", confirm_spend=True, max_cost_usd=20)[0].missing() == []


def test_its_record_is_the_services_and_not_the_stand_ins(tmp_path: Path):
    for source, count in (("embedded", 7), ("official", 2)):
        with Account(tmp_path / "results/asked/rekognition" / source, "x", 0.001) as account:
            account.charge([str(number) for number in range(count)], lambda: None)
    (found,) = rekognition(tmp_path, source="official")
    assert found.record.asked == 2 and found.record.spent_usd == pytest.approx(0.002)


def test_a_budget_that_is_said_to_suffice_is_one_the_run_accepts_and_the_other_way_round(pictures: Path):
    """The two decide alike: at, above and below what is needed."""
    answer(pictures, [json.dumps(number) for number in range(4)], price=0.1)
    for most in (46, 51, 52, 55, 100):
        for dollars in (4, 5.1, 5.2, 5.3, 6):
            found = quoted(
                pictures,
                model="model.onnx",
                price_usd=0.1,
                max_questions=most,
                max_cost_usd=dollars,
                confirm_spend=True,
            )
            with account_of(pictures, price=0.1) as account:
                try:
                    asking.Budget(most, dollars, True).check(account, found.questions)
                except UnusableInput:
                    assert found.missing()
                else:
                    assert not found.missing()


def test_of_the_service_only_what_it_answered_in_the_region_that_is_asked_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_REKOGNITION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    version = versions.rekognition("us-east-1", "https://rekognition.us-east-1.amazonaws.com")
    with Account(tmp_path / "results/asked/rekognition/official", version, 0.001) as account:
        account.keep("a", {"FaceDetails": []})
    (found,) = rekognition(tmp_path, source="official")
    assert found.record.answered == 1
    (found,) = rekognition(tmp_path, source="official", region="eu-west-1")
    assert found.record.answered == 0 and "other versions" in found.lines()[1]
    (found,) = rekognition(tmp_path, source="official", region="moon-1")
    assert found.record.answered == 0 and "cannot be known yet" in found.lines()[1]


def test_the_service_is_looked_for_where_the_client_asks_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://proxy.example:8443/x")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine too")
    asked = client.Client(client.Manner("us-east-1", 1, 1.0, 1.0, 1))
    assert client.address("us-east-1") == asked.where == "https://proxy.example:8443"
