"""What flows share: the command line in this process."""

import pytest

from crnn.cli import main


@pytest.fixture
def crnn_command(capsys):
    """Runs the command line; gives exit code, stdout, stderr."""

    def run(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        output = capsys.readouterr()
        return stopped.value.code, output.out, output.err

    return run
