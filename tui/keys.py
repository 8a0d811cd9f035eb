"""The tables: places with the keys that lead to them, and everything that a user can do there.

Bindings, footer, palette, help, the bar of places and the page of keys all derive from them (tui/actions.py).
A new place is one line of PLACES and the lines of its actions.
"""

from __future__ import annotations

from typing import NamedTuple


class Room(NamedTuple):
    """A place as the tables know it."""

    title: str
    about: str = ""
    """One sentence for the help page."""
    key: str = ""
    """The key that goes there from everywhere; empty where it is reached from another place."""
    screen: str = ""
    """Its screen, "module:Class", imported when it is first shown."""


class Action(NamedTuple):
    """One thing a user can do in a place."""

    place: str
    name: str
    """Method ``action_<name>`` of the place; with the place it is the id used in key maps."""
    keys: str
    """Textual key names, separated by commas."""
    label: str
    """One or two words for the footer and the palette."""
    help: str
    """One sentence for the help page."""
    footer: bool = False
    palette: bool = True
    call: str = ""
    """Textual action where it isn't just the name, e.g. with an argument."""

    @property
    def id(self) -> str:
        """Unique id: "results.sort"."""
        return f"{self.place}.{self.name}"


PLACES: dict[str, Room] = {
    "app": Room("Everywhere"),
    "lists": Room("Lists, grids and texts"),
    "tables": Room("Tables"),
    "home": Room("Home", "What runs now, what needs attention and the key that mends it, and what was done last.", "1", "tui.screens.home:Home"),
    "models": Room("Models", "The models of models.toml, as a table or as a tree of who was tuned from whom. People edit the file, and so does this place.",
                   "2", "tui.screens.models:Models"),
    "data": Room("Data", "Datasets and how they were made, and the recipes that nobody made yet. Nothing is asked of a teacher twice.",
                 "3", "tui.screens.data:Data"),
    "train": Room("Train", "Recipes and trainings: loss, learning rate and speed as they come; those marked with Space lie over one another.",
                  "4", "tui.screens.train:Train"),
    "evaluate": Room("Evaluate", "Models × benchmarks × samplings become one job: the command shown is what runs, and works in a shell too.",
                     "5", "tui.screens.evaluate:Evaluate"),
    "results": Room("Results", "Every run of this workspace. Jobs that run now stand on top and go on when you quit.",
                    "6", "tui.screens.board:Board"),
    "compare": Room("Compare", "Runs side by side, problem by problem: what one solves and another doesn't. Mark runs in Results.",
                    "7", "tui.screens.compare:Compare"),
    "playground": Room("Playground", "A prompt to one or two models: their answers as they are written, and the programs in them run in the sandbox. Nothing of it counts.",
                       "8", "tui.screens.playground:Playground"),
    "leaderboard": Room("Leaderboard", "What would be published, what is refused and why.",
                        "9", "tui.screens.leaderboard:Leaderboard"),
    "doctor": Room("Doctor", "What is there and what isn't: engine, images, data, models, disk; each with what mends it. The dashboard's settings.",
                   "0", "tui.screens.doctor:Doctor"),
    "dataset": Room("One dataset", "Its rows, what was rejected and why, what it had in common with benchmarks, and its analyses."),
    "run": Room("One run", "One cell per problem. The numbers are those of the verdicts shown, with their 95 % intervals."),
    "problem": Room("One problem", "What the model was asked, what it answered, what was taken out of the answer and how that was judged."),
    "settings": Room("Settings", "Theme, density, and the keys of every action. A change holds at once and is saved."),
    "form": Room("Forms", "Fields are checked while you type; what comes of them is shown below."),
    "versus": Room("One problem, two programs", "What two runs answered to the same problem, and how each was judged."),
}  # fmt: skip
"""The places, in the order of the bar and of the help page. Those with a key are the app's modes."""

MODES: dict[str, Room] = {name: room for name, room in PLACES.items() if room.key}
"""The places that a key leads to from everywhere."""

ACTIONS: tuple[Action, ...] = (
    Action("app", "back", "escape", "Back", "Close what is open, clear the filter, or go back one step.", palette=False),
    *(
        Action("app", f"go_{name}", room.key, room.title, f"Go to {room.title}.", call=f"go('{name}')")
        for name, room in MODES.items()
    ),
    Action("app", "jump", "ctrl+o", "Jump", "Put a letter on everything that can have the focus; the letter goes there."),
    Action("app", "command_palette", "ctrl+p", "Palette", "Find a place, a run, a problem or an action by name.", footer=True, palette=False),
    Action("app", "help", "question_mark,f1", "Help", "Show the keys of this place.", footer=True),
    Action("app", "export", "ctrl+e", "Export", "Write what is shown as CSV, JSON or Markdown."),
    Action("app", "change_theme", "f2", "Theme", "Choose a theme; it is remembered."),
    Action("app", "settings", "f3", "Settings", "Theme, density and keys: set, applied at once, and saved."),
    Action("app", "quit", "q", "Quit", "Leave. Running jobs go on without the dashboard.", footer=True),

    Action("lists", "down", "j,down", "Down", "Move down.", palette=False, call="move(1)"),
    Action("lists", "up", "k,up", "Up", "Move up.", palette=False, call="move(-1)"),
    Action("lists", "left", "h,left", "Left", "Move left.", palette=False, call="side(-1)"),
    Action("lists", "right", "l,right", "Right", "Move right.", palette=False, call="side(1)"),
    Action("lists", "first", "g,home", "First", "Go to the beginning.", palette=False, call="edge(-1)"),
    Action("lists", "last", "G,end", "Last", "Go to the end.", palette=False, call="edge(1)"),
    Action("lists", "half_down", "ctrl+d,pagedown", "Half page down", "Move down half a page.", palette=False, call="page(1)"),
    Action("lists", "half_up", "ctrl+u,pageup", "Half page up", "Move up half a page.", palette=False, call="page(-1)"),

    Action("tables", "next_match", "n", "Next match", "Go to the next row with the words last filtered by.", palette=False, call="seek(1)"),
    Action("tables", "previous_match", "N", "Match before", "Go to the row before with the words last filtered by.", palette=False, call="seek(-1)"),
    Action("tables", "copy_row", "Y", "Copy row", "Copy the row under the cursor, cells separated by tabs."),

    # -- home
    Action("home", "open", "enter", "Open", "Open what is under the cursor.", footer=True),
    Action("home", "resume", "r", "Resume", "Start the command of what was interrupted again: it goes on where it stopped.", footer=True),
    Action("home", "build", "b", "Build image", "Build the image that is missing.", footer=True),
    Action("home", "edit", "E", "Edit models.toml", "Open models.toml in your editor.", footer=True),
    Action("home", "stop", "x", "Stop", "Stop the job under the cursor, after a question.", footer=True),
    Action("home", "log", "L", "Log", "Show the output of the job under the cursor, or of the last one."),
    Action("home", "examine", "R", "Look again", "Ask the doctor again what is missing."),
    Action("home", "switch", "tab", "Next list", "Move to the next list.", palette=False),
    Action("home", "switch_back", "shift+tab", "List before", "Move to the list before.", palette=False, call="switch(-1)"),

    # -- models
    Action("models", "runs", "enter", "Runs", "Show the runs of the model under the cursor in Results.", footer=True),
    Action("models", "add", "a", "Add", "Add a model: a form for each kind of source.", footer=True),
    Action("models", "change", "e", "Edit", "Change the model under the cursor in a form.", footer=True),
    Action("models", "verify", "v", "Verify", "Look closely at the model: checksum, configuration, tokenizer; downloads it if need be.", footer=True),
    Action("models", "tree", "t", "Tree", "Show the table, or who was tuned from whom.", footer=True),
    Action("models", "edit", "E", "Edit the file", "Open models.toml in your editor; it is read again when you come back."),
    Action("models", "remove", "d", "Remove", "Take the model out of models.toml, after a question; weights and runs stay."),
    Action("models", "copy", "y", "Copy", "Copy the name of the model."),
    Action("models", "filter", "slash", "Filter", "Show only models that contain the words typed."),
    Action("models", "sort", "s", "Sort", "Sort by the next column; a click on a header does it too."),
    Action("models", "reverse", "S", "Reverse", "Reverse the order."),

    # -- data
    Action("data", "open", "enter", "Open", "Open the dataset under the cursor: rows, rejected, contamination, analyses. Of a recipe: make it.", footer=True),
    Action("data", "make", "m", "Make", "Make a dataset by the recipe under the cursor; one that was begun goes on.", footer=True),
    Action("data", "import", "i", "Import", "Make a dataset of a file of instruction data.", footer=True),
    Action("data", "analyze", "a", "Analyse", "Make categories, lengths and similarity of the dataset under the cursor, with the log open."),
    Action("data", "resume", "r", "Resume", "Go on with the dataset under the cursor: nothing is asked twice.", footer=True),
    Action("data", "stop", "x", "Stop", "Stop making the dataset under the cursor, after a question; what is done stays.", footer=True),
    Action("data", "log", "L", "Log", "Show the output of the last job."),
    Action("data", "filter", "slash", "Filter", "Show only datasets and recipes that contain the words typed."),
    Action("data", "sort", "s", "Sort", "Sort by the next column; a click on a header does it too."),
    Action("data", "reverse", "S", "Reverse", "Reverse the order."),

    # -- train
    Action("train", "launch", "enter", "Train", "Train by the recipe under the cursor; where it was begun, it goes on.", footer=True),
    Action("train", "validate", "v", "Validate", "Check recipe, data and model; show steps, tokens and memory. No weights are loaded.", footer=True),
    Action("train", "resume", "r", "Resume", "Go on with the training under the cursor from its last whole checkpoint.", footer=True),
    Action("train", "stop", "x", "Stop", "Stop the training under the cursor, after a question; what it has done stays.", footer=True),
    Action("train", "mark", "space", "Overlay", "Lay the curves of this training under those of others, or take them away.", footer=True),
    Action("train", "log", "L", "Log", "Show the output of the last job."),
    Action("train", "filter", "slash", "Filter", "Show only trainings and recipes that contain the words typed."),
    Action("train", "sort", "s", "Sort", "Sort by the next column; a click on a header does it too."),
    Action("train", "reverse", "S", "Reverse", "Reverse the order."),

    # -- doctor
    Action("doctor", "build", "enter,b", "Build", "Build the image under the cursor, with its log open.", footer=True),
    Action("doctor", "again", "u", "Look again", "Ask the doctor anew.", footer=True),
    Action("doctor", "settings", "e", "Settings", "Set theme, density and keys of the dashboard.", footer=True, palette=False, call="app.settings"),
    Action("doctor", "edit", "E", "Settings' file", "Open the dashboard's settings in your editor; what was changed holds at once."),
    Action("doctor", "log", "L", "Log", "Show the output of the last job."),
    Action("doctor", "filter", "slash", "Filter", "Show only what contains the words typed.", footer=True),
    Action("doctor", "sort", "s", "Sort", "Sort by the next column; a click on a header does it too."),
    Action("doctor", "reverse", "S", "Reverse", "Reverse the order."),

    # -- evaluate
    Action("evaluate", "choose", "space,enter", "Choose", "Choose or leave out what is under the cursor; open a running evaluation.", footer=True, palette=False),
    Action("evaluate", "start", "ctrl+s", "Start", "Start the evaluation.", footer=True),
    Action("evaluate", "stop", "x", "Stop", "Stop the newest running evaluation, after a question.", footer=True),
    Action("evaluate", "clear", "c", "Clear", "Choose nothing."),

    # -- results
    Action("results", "open", "enter", "Open", "Open the run under the cursor.", footer=True),
    Action("results", "evaluate", "e", "Evaluate", "Go to Evaluate: choose models and benchmarks, and start.", footer=True),
    Action("results", "mark", "space", "Mark", "Mark the run under the cursor, to compare it with others.", footer=True),
    Action("results", "compare", "c", "Compare", "Compare the marked runs.", footer=True),
    Action("results", "view", "v", "Matrix", "Show the list of runs, or models × benchmarks."),
    Action("results", "columns", "C", "Columns", "Choose the columns; they are remembered."),
    Action("results", "copy", "y", "Copy", "Copy the id of the run under the cursor."),
    Action("results", "filter", "slash", "Filter", "Show only runs that contain the words typed.", footer=True),
    Action("results", "sort", "s", "Sort", "Sort by the next column; a click on a header does it too."),
    Action("results", "reverse", "S", "Reverse", "Reverse the order."),
    Action("results", "stop", "x", "Stop", "Stop the job under the cursor, after a question."),
    Action("results", "resume", "r", "Resume", "Start the command of an incomplete run again: it goes on where it stopped."),
    Action("results", "log", "L", "Log", "Show the output of the job under the cursor, or of the last one."),

    # -- compare
    Action("compare", "open", "enter", "Programs", "Show the programs of two runs beside each other.", footer=True),
    Action("compare", "show", "f", "Show", "Show problems where the runs differ, regressions, gains, or all.", footer=True),
    Action("compare", "group", "m", "Group", "Show only one library or language, then the next.", footer=True),
    Action("compare", "swap", "b", "Baseline", "Make the next run the one that others are compared with.", footer=True),
    Action("compare", "filter", "slash", "Filter", "Show only problems that contain the words typed.", footer=True),
    Action("compare", "choose", "space", "Other runs", "Go to Results and mark other runs."),
    Action("compare", "sort", "s", "Sort", "Sort by the next column; a click on a header does it too."),
    Action("compare", "reverse", "S", "Reverse", "Reverse the order."),

    # -- playground
    Action("playground", "send", "ctrl+s", "Send", "Put the prompt to the models that are chosen.", footer=True),
    Action("playground", "run", "r", "Run", "Run the program of this answer in the sandbox.", footer=True),
    Action("playground", "stop", "x", "Stop", "Stop the answers; the models stay loaded.", footer=True),
    Action("playground", "write", "i,enter", "Prompt", "Write into the prompt; Esc leaves it.", footer=True),
    Action("playground", "models", "m", "Models", "Choose one or two models.", footer=True),
    Action("playground", "problem", "slash", "Problem", "Take a problem of a benchmark as the prompt."),
    Action("playground", "earlier", "p", "Earlier prompt", "Bring back the prompt before; up in the first line does it too.", call="recall(-1)"),
    Action("playground", "later", "n", "Later prompt", "Bring back the prompt after; down in the last line does it too.", call="recall(1)"),
    Action("playground", "sampling", "o", "Sampling", "Go to temperature, tokens and style."),
    Action("playground", "copy", "y", "Copy", "Copy this answer."),
    Action("playground", "copy_code", "Y", "Copy code", "Copy the program that was run."),
    Action("playground", "unload", "u", "Unload", "End the models' processes; the next prompt loads them again."),

    # -- leaderboard
    Action("leaderboard", "open", "enter", "Open run", "Open the run under the cursor in Results.", footer=True),
    Action("leaderboard", "publish", "p", "Publish", "Write the pages of the leaderboard.", footer=True),
    Action("leaderboard", "browse", "o", "Open pages", "Open the published pages in a browser.", footer=True),
    Action("leaderboard", "resume", "r", "Finish", "Start the command of an incomplete run again: it goes on where it stopped.", footer=True),
    Action("leaderboard", "filter", "slash", "Filter", "Show only runs that contain the words typed.", footer=True),
    Action("leaderboard", "sort", "s", "Sort", "Sort by the next column; a click on a header does it too."),
    Action("leaderboard", "reverse", "S", "Reverse", "Reverse the order."),

    # -- one problem, two programs
    Action("versus", "next", "n", "Next", "Go to the next problem of the list.", footer=True, call="step(1)"),
    Action("versus", "previous", "p", "Previous", "Go to the previous problem of the list.", footer=True, call="step(-1)"),
    Action("versus", "diff", "d", "Diff", "Show both programs beside each other, or one text with what changed.", footer=True),
    Action("versus", "raw", "w", "Raw texts", "Show the raw answers, or the programs taken out of them."),
    Action("versus", "other", "o", "Other run", "Compare with the next of the runs.", footer=True),
    Action("versus", "open", "enter", "Open", "Open the problem in the run on the right."),
    Action("versus", "copy", "y", "Copy", "Copy what changed as a unified diff."),
    Action("versus", "back", "escape", "Back", "Go back to the list of problems.", footer=True, palette=False, call="app.back"),

    # -- one dataset
    Action("dataset", "view", "v", "View", "Show the next of rows, rejected, contamination and analyses.", footer=True),
    Action("dataset", "next", "J", "Next row", "Go to the next row, from a text too.", call="step(1)"),
    Action("dataset", "previous", "K", "Previous row", "Go to the previous row, from a text too.", call="step(-1)"),
    Action("dataset", "group", "f", "One kind", "Show one language, reason or benchmark alone, then the next, then all.", footer=True),
    Action("dataset", "filter", "slash", "Filter", "Show only rows whose line has the words typed; Enter searches the whole texts.", footer=True),
    Action("dataset", "tab", "tab", "Next text", "Go on to the next text; where it is narrow, show it.", footer=True, palette=False, call="tab(1)"),
    Action("dataset", "tab_back", "shift+tab", "Text before", "Go back to the text before.", palette=False, call="tab(-1)"),
    Action("dataset", "copy", "y", "Copy", "Copy the text that has the focus; from the list the last one."),
    Action("dataset", "browse", "o", "Report", "Open the report's page in a browser."),
    Action("dataset", "sort", "s", "Sort", "Sort by the next column; a click on a header does it too."),
    Action("dataset", "reverse", "S", "Reverse", "Reverse the order."),
    Action("dataset", "back", "escape", "Back", "Go back to the datasets.", footer=True, palette=False, call="app.back"),

    # -- one run
    Action("run", "open", "enter", "Problem", "Open the problem under the cursor.", footer=True),
    Action("run", "verdicts", "f", "Verdicts", "Show all, failed, passed, or infrastructure errors only.", footer=True),
    Action("run", "filter", "slash", "Filter", "Show only problems that contain the words typed.", footer=True),
    Action("run", "provenance", "i", "Provenance", "Show or hide where the numbers come from."),
    Action("run", "switch", "tab,shift+tab", "Grid or list", "Move between the grid and the list.", palette=False),
    Action("run", "stop", "x", "Stop", "Stop the job, after a question.", footer=True),
    Action("run", "resume", "r", "Resume", "Start the command of an incomplete run again: it goes on where it stopped."),
    Action("run", "back", "escape", "Back", "Go back to the runs.", footer=True, palette=False, call="app.back"),

    # -- one problem
    Action("problem", "next", "n", "Next", "Go to the next problem.", footer=True, call="step(1)"),
    Action("problem", "previous", "p", "Previous", "Go to the previous problem.", footer=True, call="step(-1)"),
    Action("problem", "next_failed", "N", "Next failed", "Go to the next problem that did not pass.", footer=True, call="step_failed(1)"),
    Action("problem", "previous_failed", "P", "Previous failed", "Go to the previous problem that did not pass.", call="step_failed(-1)"),
    Action("problem", "sample", "s", "Sample", "Show the next sample of this problem.", footer=True, call="sample(1)"),
    Action("problem", "sample_back", "S", "Sample back", "Show the previous sample of this problem.", call="sample(-1)"),
    Action("problem", "program", "c", "Program", "Show the program as it was taken out of the answer.", call="show('program')"),
    Action("problem", "prompt", "a", "Prompt", "Show what was asked: the problem's prompt.", call="show('prompt')"),
    Action("problem", "raw", "w", "Raw text", "Show the raw text of the model.", call="show('raw')"),
    Action("problem", "tab", "tab", "Next text", "Show the next of the three texts.", palette=False),
    Action("problem", "copy", "y", "Copy", "Copy the text that is shown."),
    Action("problem", "back", "escape", "Back", "Go back to the run.", footer=True, palette=False, call="app.back"),

    # -- settings
    Action("settings", "change", "enter,space", "Change", "Choose a theme or a density, or press another key for an action.", palette=False),
    Action("settings", "reset", "r,delete", "Reset", "Give what is under the cursor its usual value again.", palette=False),
    Action("settings", "filter", "slash", "Filter", "Show only settings that contain the words typed.", palette=False),
    Action("settings", "close", "escape,q", "Close", "Clear the filter, or close. Everything is saved already.", palette=False),

    # -- forms
    Action("form", "choose", "space", "Choose", "Choose the next option, or press the button.", palette=False),
    Action("form", "save", "ctrl+s", "Done", "Do it, if nothing is wrong.", footer=True, palette=False),
    Action("form", "cancel", "escape", "Cancel", "Leave without doing anything.", footer=True, palette=False),

)  # fmt: skip
