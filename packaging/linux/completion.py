"""Writes the completion of ``station`` for bash, zsh and fish: fixed scripts, so that a Tab starts no program."""

import re
from collections.abc import Iterator

from commands import Command, Option


def bash(top: Command) -> str:
    """A function that finds the command typed so far, and offers what comes after it."""
    cases = "\n".join(_bash_case(command) for command in top.all())
    takes = sorted({name for command in top.all() for option in command.options if option.value
                    for name in option.names})
    files = sorted({name for command in top.all() for option in command.options if option.is_file
                    for name in option.names})
    return f"""# bash completion for station
_station()
{{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} typed="" next words="" files="" i
    COMPREPLY=()
    case $before in
        {"|".join(files)}) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")); return ;;
        {"|".join(name for name in takes if name not in files)}) return ;;
    esac
    for ((i = 1; i < COMP_CWORD; i++)); do
        next="${{typed:+$typed }}${{COMP_WORDS[i]}}"
        case $next in
            {"|".join(_quoted(" ".join(command.words)) for command in top.all() if command.words)}) typed=$next ;;
        esac
    done
    case $typed in
{cases}
    esac
    if [[ $files && $word != -* ]]; then
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -W "$words" -- "$word") $(compgen -f -- "$word"))
    else
        COMPREPLY=($(compgen -W "$words" -- "$word"))
    fi
}}
complete -F _station station
"""


def _bash_case(command: Command) -> str:
    words = " ".join([*(below.name for below in command.below), *_flags(command)])
    files = " files=yes" if _takes_files(command) else ""
    return f'        {_quoted(" ".join(command.words))}) words="{words}"{files} ;;'


def zsh(top: Command) -> str:
    """``_arguments`` a command, below a function for each family."""
    functions = "\n".join(_zsh_function(command) for command in top.all())
    return f'#compdef station\n\n{functions}\n_station "$@"\n'


def _zsh_function(command: Command) -> str:
    specs = [_zsh_option(option) for option in command.options] + ["'--help[show what there is]'"]
    if not command.below:
        if command.arguments:
            specs.append("'*:file:_files'" if _takes_files(command) else "'*: :'")
        body = f"    _arguments {_broken(specs)}\n"
        return f"{_zsh_name(command)}() {{\n{body}}}\n"
    files = "_alternative 'commands:command:_describe command commands' 'files:file:_files'"
    first = files if not command.words else "_describe command commands"
    listed = "\n".join(f"        {_single(f'{each.name}:{_short(each)}')}" for each in command.below)
    calls = "\n".join(f"            {each.name}) {_zsh_name(each)} ;;" for each in command.below)
    specs += ["'1: :->first'", "'*:: :->rest'"]
    return f"""{_zsh_name(command)}() {{
    local state line context
    local -A opt_args
    local -a commands=(
{listed}
    )
    _arguments -C {_broken(specs)}
    case $state in
        first) {first} ;;
        rest) case $line[1] in
{calls}
            *) {"_files" if not command.words else ":"} ;;
        esac ;;
    esac
}}
"""


def _zsh_option(option: Option) -> str:
    """One specification a spelling; what contradicts each other is named in front."""
    told = re.sub(r"([\[\]:])", r"\\\1", option.help) or option.names[0]
    value = f":{option.value.lower().strip('…')}:{'_files' if option.is_file else ' '}" if option.value else ""
    around = f"({' '.join(option.names)})" if len(option.names) > 1 else ""
    return " ".join(_single(f"{around}{name}[{told}]{value}") for name in option.names)


def _zsh_name(command: Command) -> str:
    return "_".join(["_station", *(re.sub(r"\W", "_", word) for word in command.words)])


def fish(top: Command) -> str:
    """One line for each word that may come next, with the condition under which it may."""
    return "\n".join(["# fish completion for station", *_fish_lines(top)]) + "\n"


def _fish_lines(top: Command) -> Iterator[str]:
    for command in top.all():
        when = _fish_when(command)
        files = "" if _takes_files(command) else " -f"
        if files or not command.words:
            yield f"complete -c station -n {when}{files}" if files else "complete -c station"
        for below in command.below:
            yield f"complete -c station -n {when} -a {below.name} -d {_fish_text(_short(below))}"
        for option in command.options:
            wants = "" if not option.value else " -r -F" if option.is_file else " -x"
            for name in option.names:
                yield f"complete -c station -n {when} -l {name.lstrip('-')} -d {_fish_text(option.help)}{wants}"
        yield f"complete -c station -n {when} -l help -d 'Show what there is'"


def _fish_when(command: Command) -> str:
    """The words typed so far are this command's, and no further word names one below it."""
    if not command.words:
        return "__fish_use_subcommand"
    seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in command.words)
    names = " ".join(each.name for each in command.below)
    return f"'{seen}; and not __fish_seen_subcommand_from {names}'" if names else f"'{seen}'"


def _takes_files(command: Command) -> bool:
    """A command whose arguments are files; the program itself opens files too."""
    return any(argument.is_file for argument in command.arguments) or not command.words


def _flags(command: Command) -> list[str]:
    return [*(name for option in command.options for name in option.names), "--help"]


def _short(command: Command) -> str:
    return command.help.split(". ")[0].rstrip(".")


def _quoted(text: str) -> str:
    return f'"{text}"'


def _single(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fish_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _broken(parts: list[str]) -> str:
    return " \\\n        ".join(parts)
