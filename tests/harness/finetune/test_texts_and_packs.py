"""What is learned, token by token, and that rows of a pack don't see each other."""

import pytest

from harness.datagen.rows import make_row
from harness.errors import RecipeError, TrainingError
from harness.finetune.batching import plan_batches
from harness.finetune.encoding import Encoded, encode_row, encode_rows
from harness.finetune.recipes import Batches, Data, list_recipes, load_recipe, stages
from harness.finetune.templates import OSS
from harness.registry import find_model
from harness.sources import resolve
from harness.styles import magicoder_prompt

ROW = make_row(problem="Add one.", solution="```python\ndef f(x):\n    return x + 1\n```", method="evol-instruct")


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    """SmolLM2's own, out of its GGUF file."""
    from harness.cli.init import make_workspace
    from harness.errors import MagibenchError
    from harness.finetune.trainer.modelling import load_tokenizer

    workspace = make_workspace(tmp_path_factory.mktemp("smol") / "workspace")
    try:
        found = resolve(find_model(workspace, "smollm2-135m-instruct"), workspace, lambda line: None)
    except MagibenchError as error:
        pytest.skip(error.message)
    return load_tokenizer(found)


@pytest.mark.parametrize("template", ["magicoder", "chat"])
def test_only_the_answer_and_its_end_are_learned_after_the_prompt_of_inference(tokenizer, template):
    one = encode_row(ROW, template, tokenizer)
    if template == "magicoder":
        asked = magicoder_prompt("Add one.")
    else:
        turn = [{"role": "user", "content": "Add one."}]
        asked = tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True)
    prompt = tokenizer.encode(asked)
    answer = tokenizer.encode(ROW.solution, add_special_tokens=False)
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert one.ids == [*prompt, *answer, end]
    assert one.labels == [-100] * len(prompt) + [*answer, end]


def test_a_row_of_oss_instruct_is_asked_as_the_paper_asks(tokenizer):
    row = make_row(problem="Add one.", solution="x", method="oss-instruct")
    one = encode_row(row, "magicoder", tokenizer)
    assert tokenizer.decode(one.ids[: one.prompt]) == magicoder_prompt(OSS + "Add one.")


def test_rows_that_cannot_be_learned_from_are_counted(tokenizer):
    rows = [
        ROW,
        make_row(problem="", solution="x", method="imported"),
        make_row(problem="p", solution=" \n", method="imported"),
        make_row(problem="p", solution="word " * 400, method="imported"),
        make_row(problem="word " * 400, solution="x", method="imported"),
    ]
    found = encode_rows(rows, Data(dataset="d", max_length=256), tokenizer, 0)
    assert found.counts == {"empty": 2, "over-long": 2, "over-long prompt, nothing left to learn": 1}
    assert max(len(r.ids) for r in found.train) == 256
    with pytest.raises(TrainingError, match="No rows are left"):
        encode_rows(rows[1:2], Data(dataset="d"), tokenizer, 0)


def test_the_loss_of_a_row_does_not_change_with_its_neighbours():
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from harness.finetune.trainer import attention
    from harness.finetune.trainer.collating import pack, pad
    from harness.finetune.trainer.loss import summed_loss

    attention.register()
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, attn_implementation=attention.NAME,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    rows = [Encoded(str(n), torch.randint(1, 64, (n,)).tolist(), n // 3) for n in (9, 30, 17)]

    def loss(batch):
        with torch.no_grad():
            total, count = summed_loss(model, batch)
        return float(total), int(count)

    alone = [loss(pack([row])) for row in rows]
    for order in ((0, 1, 2), (2, 0, 1), (1, 2)):
        total, count = loss(pack([rows[n] for n in order]))
        assert total == pytest.approx(sum(alone[n][0] for n in order), rel=1e-5)
        assert count == sum(alone[n][1] for n in order)
    model.set_attn_implementation("sdpa")
    padded = loss(pad(rows, 0))
    assert padded == (pytest.approx(sum(t for t, _ in alone), rel=1e-5), sum(c for _, c in alone))
    # The test can fail: without the rows' bounds they do see each other.
    model.set_attn_implementation(attention.NAME)
    blind = {k: v for k, v in pack(rows).items() if not k.startswith(("cu_seq", "max_length"))}
    assert abs(loss(blind)[0] - padded[0]) > 1e-3


def test_packed_or_padded_a_step_sees_the_same_rows():
    lengths = [10, 200, 30, 40, 50, 60, 70, 80, 500]
    steps = {}
    for packing in (True, False):
        plan = plan_batches(lengths, Batches(rows=4, micro_rows=2, packing=packing, epochs=3), 1, 7)
        steps[packing] = [sorted(r for micro in step for r in micro) for step in plan.steps]
        assert all(len(step) == 2 for step in plan.steps)
    assert steps[True] == steps[False]


def test_recipes_that_come_along_have_the_numbers_of_the_paper(workspace):
    for name in list_recipes(workspace):
        load_recipe(workspace, name)
    first, second = load_recipe(workspace, "magicoder-ds"), load_recipe(workspace, "magicoder-s-ds")
    for recipe, length in ((first, 1216), (second, 1024)):
        o, b = recipe.optimizer, recipe.batches
        assert (o.name, o.learning_rate, o.schedule, o.warmup_steps, o.clip) == ("adafactor", 5e-5, "linear", 15, 0)
        assert (b.rows, b.micro_rows, b.epochs, recipe.accumulation, recipe.data.max_length) == (512, 2, 2, 128, length)
    assert [r.name for r in stages(workspace, second, ["deepseek-coder-6.7b-base"])] == [
        "magicoder-ds",
        "magicoder-s-ds",
    ]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("[optimizer]\nlearning_rat = 1", "optimizer.learning_rate"),
        ("[batches]\nrows = 7\nmicro_rows = 2", "Use 6."),
        ('[compute]\ndevice = "cpu"\nattention = "flash_attention_2"', "auto"),
    ],
)
def test_a_wrong_recipe_is_refused_with_a_remedy(workspace, text, remedy):
    (workspace.root / "r.toml").write_text(f'model = "smollm2-135m-instruct"\n{text}\n[data]\ndataset = "d"\n')
    with pytest.raises(RecipeError) as refused:
        load_recipe(workspace, "r.toml")
    assert remedy in refused.value.remedy
