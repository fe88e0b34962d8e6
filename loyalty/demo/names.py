"""Names of the people who walk down the street: Italy as it is today; all of them made up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """First names and surnames that go together, and how often they are met."""

    weight: int
    first: tuple[str, ...]
    last: tuple[str, ...]


_ITALIAN_FIRST = """
Anna Marco Giulia Luca Sara Paolo Elena Andrea Chiara Matteo Francesca Davide Martina Simone Laura
Stefano Valentina Roberto Silvia Alessandro Paola Giorgio Federica Antonio Ilaria Fabio Claudia
Nicola Irene Tommaso Aurora Leonardo Sofia Edoardo Beatrice Riccardo Alice Gabriele Giorgia Michele
Rosa Salvatore Carmela Vincenzo Teresa Giuseppe Angela Domenico Lucia Franco Daniela Enrico Cristina
Massimo Barbara Sergio Emma Pietro Noemi Filippo Camilla Mario Ornella Bruno Marina Carlo Patrizia
"""
_ITALIAN_LAST = """
Ferri Colombo Rinaldi Lombardi Greco Marini Costa Fontana Caruso Moretti Villa Conti Serra Bianco
Gatti Longo Martini Leone Testa Riva Ferrara Galli Basile Piras Sanna Vitale Orlando Parisi Bellini
Monti Barbieri Mariani Rizzo Lombardo Giordano Mancini Bruno Esposito Romano Ricci Gallo Marino
Fabbri Valentini Pellegrini Palumbo Farina Grassi Silvestri Amato Benedetti Bernardi Cattaneo
D'Angelo De_Santis Donati Ferretti Guerra Messina Negri Pagano Rossetti Sartori Zanetti
"""


def _names(text: str) -> tuple[str, ...]:
    """The words of a text; a low line joins those of one name."""
    return tuple(word.replace("_", " ") for word in text.split())


FAMILIES = (
    Family(166, _names(_ITALIAN_FIRST), _names(_ITALIAN_LAST)),
    Family(
        8,
        ("Ionut", "Andreea", "Mihai", "Elena", "Cristian", "Roxana", "Alina", "Florin"),
        ("Popescu", "Ionescu", "Munteanu", "Dumitru", "Stan", "Rusu"),
    ),
    Family(
        6,
        ("Fatima", "Youssef", "Samira", "Karim", "Amina", "Hassan", "Nadia", "Omar"),
        ("El Amrani", "Haddad", "Benali", "Mansouri", "Idrissi", "Ziani"),
    ),
    Family(
        5,
        ("Arben", "Elira", "Besnik", "Mirela", "Ervin", "Klea"),
        ("Hoxha", "Shehu", "Kola", "Gjoni", "Leka"),
    ),
    Family(
        4,
        ("Wei", "Li", "Mei", "Xiao", "Jun", "Giulia", "Marco", "Sofia"),
        ("Chen", "Hu", "Wang", "Zhang", "Lin"),
    ),
    Family(
        4,
        ("Oksana", "Iryna", "Natalia", "Olena", "Taras", "Bohdan"),
        ("Kovalenko", "Shevchenko", "Bondarenko", "Melnyk"),
    ),
    Family(
        3,
        ("Grace", "Jomar", "Maricel", "Rowena", "Angelo"),
        ("Santos", "Reyes", "Cruz", "Bautista"),
    ),
    Family(
        2,
        ("Aminata", "Moussa", "Fatou", "Ibrahima", "Awa"),
        ("Diop", "Ndiaye", "Sow", "Fall"),
    ),
    Family(
        2,
        ("Rahim", "Nasrin", "Arif", "Sultana", "Tania"),
        ("Rahman", "Hossain", "Begum", "Chowdhury"),
    ),
)
