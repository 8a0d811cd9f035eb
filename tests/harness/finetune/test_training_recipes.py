"""Recipes of training: those that come along, and wrong ones."""

import pytest

from harness.errors import RecipeError
from harness.finetune.recipes import list_recipes, load_recipe, stages


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
