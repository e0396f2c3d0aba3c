"""Settings: what is read from the surroundings, and what is refused."""

from __future__ import annotations

import re
import secrets
import stat
from pathlib import Path

import pytest

from web.config import Config
from web.settings import InvalidSetting


def test_without_settings_everything_lives_in_the_home_folder(tmp_path: Path) -> None:
    config = Config.from_environment({"CAUCE_HOME": str(tmp_path)})

    assert config.database_url == f"sqlite:///{tmp_path / 'cauce.sqlite'}"
    assert config.mail_folder == tmp_path / "correos"
    assert not config.demo and not config.is_secure


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = Config.from_environment({"CAUCE_HOME": str(tmp_path)})
    second = Config.from_environment({"CAUCE_HOME": str(tmp_path)})

    assert first.secret_key == second.secret_key and len(first.secret_key) >= 48
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_two_installations_have_different_secrets(tmp_path: Path) -> None:
    one, other = (Config.from_environment({"CAUCE_HOME": str(tmp_path / name)}) for name in ("a", "b"))

    assert one.secret_key != other.secret_key


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CAUCE_BASE_URL", "cauce.gov.co"),
        ("CAUCE_SECOND_FACTOR", "jefe"),
        ("CAUCE_BACKUP_PASSPHRASE", "corta"),
        ("CAUCE_DEMO", "quizás"),
        ("CAUCE_PROXIES", "dos"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=name):
        Config.from_environment({"CAUCE_HOME": str(tmp_path), name: value})


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()

    with pytest.raises(InvalidSetting, match="incompleto"):
        Config.from_environment({"CAUCE_HOME": str(tmp_path)})


def test_the_command_line_decides_about_the_demo(tmp_path: Path) -> None:
    environment = {"CAUCE_HOME": str(tmp_path), "CAUCE_DEMO": "0"}

    assert Config.from_environment(environment, demo=True).demo


@pytest.mark.parametrize(
    "secret", ["corta", "x" * 64, "ab" * 40, "LA-QUE-ESCRIBE-LA-ORDEN-DE-ABAJO", "0" * 31, "cambiar" * 9]
)
def test_a_secret_that_can_be_guessed_is_refused_with_how_to_make_one(tmp_path: Path, secret: str) -> None:
    with pytest.raises(InvalidSetting, match="token_urlsafe"):
        Config.from_environment({"CAUCE_HOME": str(tmp_path), "CAUCE_SECRET_KEY": secret})


def test_the_examples_of_the_documentation_are_no_secrets(tmp_path: Path) -> None:
    docs = [*Path(__file__).parents[3].glob("docs/*.md"), Path(__file__).parents[3] / "README.md"]
    examples = re.findall(r"^CAUCE_SECRET_KEY=(\S+)", "\n".join(path.read_text() for path in docs), re.M)

    assert examples
    for example in examples:
        with pytest.raises(InvalidSetting):
            Config.from_environment({"CAUCE_HOME": str(tmp_path), "CAUCE_SECRET_KEY": example})


def test_random_secrets_are_taken(tmp_path: Path) -> None:
    for secret in (secrets.token_hex(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48)):
        config = Config.from_environment({"CAUCE_HOME": str(tmp_path), "CAUCE_SECRET_KEY": secret})

        assert config.secret_key == secret


@pytest.mark.parametrize("address", ["https://cauce.gov.co", "http://10.0.0.4:8000"])
def test_the_demo_has_no_public_address(tmp_path: Path, address: str) -> None:
    with pytest.raises(InvalidSetting, match="contraseñas"):
        Config.from_environment({"CAUCE_HOME": str(tmp_path), "CAUCE_BASE_URL": address}, demo=True)


def test_a_home_that_cauce_makes_is_its_owners(tmp_path: Path) -> None:
    Config.from_environment({"CAUCE_HOME": str(tmp_path / "var")})

    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


PROVIDER = {
    "CAUCE_OIDC_ISSUER": "https://sso.gov.co/realms/distrito",
    "CAUCE_OIDC_CLIENT_ID": "cauce",
    "CAUCE_OIDC_CLIENT_SECRET": "secreto",
}


def test_a_provider_is_read_whole_and_its_secret_is_not_shown(tmp_path: Path) -> None:
    roles = "Planeación=enlace_planeacion@GOB/IDPAC; cn=PES,o=x=coordinador_pes@GOB;Planeación=equipo_tecnico@GOB/IDPAC"
    told = {**PROVIDER, "CAUCE_OIDC_ROLES": roles, "CAUCE_OIDC_NEW_PEOPLE_OF": "IDPAC.gov.co, sdg.gov.co"}
    told["CAUCE_OIDC_ACR"] = " gold  silver"

    provider = Config.from_environment({"CAUCE_HOME": str(tmp_path), **told, "CAUCE_LOCAL_ACCOUNTS": "0"}).provider

    assert provider is not None and "'secreto'" not in repr(provider)
    assert {group: sorted(map(str, held)) for group, held in provider.roles.items()} == {
        "Planeación": ["enlace_planeacion@GOB/IDPAC", "equipo_tecnico@GOB/IDPAC"],
        "cn=PES,o=x": ["coordinador_pes@GOB"],
    }
    assert provider.new_people_of == {"idpac.gov.co", "sdg.gov.co"}
    assert provider.strong == ("gold", "silver")
    assert provider.discovery == "https://sso.gov.co/realms/distrito/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"CAUCE_OIDC_ISSUER": "http://sso.gov.co"}, "CAUCE_OIDC_ISSUER"),
        ({"CAUCE_OIDC_CLIENT_SECRET": ""}, "CAUCE_OIDC_CLIENT_SECRET"),
        ({"CAUCE_OIDC_ROLES": "Planeación"}, "CAUCE_OIDC_ROLES"),
        ({"CAUCE_OIDC_ROLES": "Planeación=enlace_planeacion@GOB"}, "CAUCE_OIDC_ROLES"),
        ({"CAUCE_OIDC_ROLES": "PES=coordinador_pes"}, "CAUCE_OIDC_ROLES"),
        ({"CAUCE_OIDC_ISSUER": "", "CAUCE_LOCAL_ACCOUNTS": "0"}, "CAUCE_LOCAL_ACCOUNTS"),
    ],
)
def test_a_provider_that_could_sign_nobody_in_is_refused(tmp_path: Path, wrong: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidSetting, match=told):
        Config.from_environment({"CAUCE_HOME": str(tmp_path), **PROVIDER, **wrong})
