"""Which tokens are learned, in which batches, and that a row doesn't see its neighbours."""

import pytest

from harness.backends.transformers import TransformersBackend
from harness.datagen.rows import make_row
from harness.errors import TrainingError
from harness.finetune.batching import plan_batches
from harness.finetune.encoding import IGNORE, encode_row, encode_rows
from harness.finetune.recipes import Batches, Data
from harness.finetune.templates import OSS
from harness.records import Prompt
from harness.styles import magicoder_prompt

ROW = make_row(problem="Add two numbers.", solution="def add(a, b):\n    return a + b", method="imported")


@pytest.mark.parametrize("template", ["magicoder", "chat", "plain"])
def test_answer_and_end_are_learned_token_by_token(tokenizer, template):
    row = encode_row(ROW, template, tokenizer)
    learned = [token for token in row.labels if token != IGNORE]
    assert learned[-1] == tokenizer.eos_token_id
    assert tokenizer.decode(learned[:-1]) == ROW.solution
    assert row.labels == [IGNORE] * row.prompt + row.ids[row.prompt :]
    assert len(row.labels) == len(row.ids)
    assert tokenizer.eos_token_id not in learned[:-1]


def test_what_is_asked_in_training_is_what_is_asked_at_inference(tokenizer):
    asked = encode_row(ROW, "magicoder", tokenizer)
    assert tokenizer.decode(asked.ids[: asked.prompt]) == magicoder_prompt(ROW.problem)
    backend = TransformersBackend.__new__(TransformersBackend)
    backend._tokenizer, backend._model_name = tokenizer, "smollm2"
    turns = [{"role": "user", "content": ROW.problem}, {"role": "assistant", "content": ""}]
    chat = encode_row(ROW, "chat", tokenizer)
    assert chat.ids[: chat.prompt] == backend._encode(Prompt(problem_id="x", style="chat", turns=turns))


def test_a_row_of_oss_instruct_is_asked_as_the_paper_asks(tokenizer):
    row = make_row(problem="Add one.", solution="x", method="oss-instruct")
    one = encode_row(row, "magicoder", tokenizer)
    assert tokenizer.decode(one.ids[: one.prompt]) == magicoder_prompt(OSS + "Add one.")


def test_empty_and_over_long_rows_are_counted(tokenizer):
    rows = [ROW, make_row(problem=" ", solution="x", method="imported"),
            make_row(problem="Long.", solution="x = 1\n" * 100, method="imported"),
            make_row(problem="long " * 200, solution="x", method="imported")]  # fmt: skip
    found = encode_rows(rows, Data(dataset="d", max_length=96, template="plain"), tokenizer, 0)
    assert found.counts == {"empty": 1, "over-long": 2, "over-long prompt, nothing left to learn": 1}
    assert max(len(row.ids) for row in found.train) == 96
    dropped = encode_rows(rows, Data(dataset="d", max_length=96, template="plain", overlong="drop"), tokenizer, 0)
    assert [row.id for row in dropped.train] == [ROW.id]
    with pytest.raises(TrainingError, match="No rows are left"):
        encode_rows(rows[1:2], Data(dataset="d"), tokenizer, 0)


def test_a_step_sees_the_same_rows_packed_or_padded():
    lengths = [100 + 37 * n % 900 for n in range(70)]
    packed = plan_batches(lengths, Batches(rows=16, micro_rows=2, epochs=2), 2, 7)
    padded = plan_batches(lengths, Batches(rows=16, micro_rows=2, epochs=2, packing=False), 2, 7)
    for a, b in zip(packed.steps, padded.steps, strict=True):
        assert sorted(r for m in a for r in m) == sorted(r for m in b for r in m)
        assert len(a) == len(b) == 8
        assert max(sum(lengths[r] for r in m) for m in a) <= max(sum(lengths[r] for r in m) for m in b)
    assert packed == plan_batches(lengths, Batches(rows=16, micro_rows=2, epochs=2), 2, 7)


def test_a_row_s_loss_does_not_change_with_its_neighbours(tokenizer, tiny):
    import torch
    from transformers import AutoModelForCausalLM

    from harness.finetune.trainer import attention
    from harness.finetune.trainer.collating import pack, pad
    from harness.finetune.trainer.loss import summed_loss

    attention.register()
    model = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32)
    texts = ["a = 1\n" * n for n in (3, 11, 30)]
    rows = [encode_row(make_row(problem=f"P{n}", solution=t, method="imported"), "plain", tokenizer)
            for n, t in enumerate(texts)]  # fmt: skip
    with torch.no_grad():
        padded = float(summed_loss(model, pad(rows, tokenizer.eos_token_id))[0])
        model.set_attn_implementation(attention.NAME)
        alone = [float(summed_loss(model, pack([row]))[0]) for row in rows]
        for order in ([0, 1, 2], [2, 0, 1]):
            batch = pack([rows[i] for i in order])
            together = float(summed_loss(model, batch)[0])
            assert together == pytest.approx(sum(alone), rel=1e-5)
        # What stands in a neighbour changes nothing.
        changed = pack(rows)
        changed["input_ids"][0, : len(rows[0].ids)] = 7
        changed["labels"][0, : len(rows[0].ids)] = IGNORE
        assert float(summed_loss(model, changed)[0]) == pytest.approx(alone[1] + alone[2], rel=1e-5)
        # The test can fail: without the rows' bounds they do see each other.
        blind = {k: v for k, v in pack(rows).items() if not k.startswith(("cu_seq", "max_length"))}
        assert abs(float(summed_loss(model, blind)[0]) - padded) > 1e-4 * padded
    assert padded == pytest.approx(sum(alone), rel=1e-5)
