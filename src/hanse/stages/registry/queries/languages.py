"""Languages in which an organisation may work: a code of ISO 639-1 and its English name.

The official languages of the Union stand first, then those of countries that its calls name as partners or targets.
Source: ISO 639-1 codes with the English names of Unicode CLDR 48.2.0.
"""

from collections.abc import Mapping
from types import MappingProxyType

UNION: Mapping[str, str] = MappingProxyType(
    {
        "bg": "Bulgarian",
        "hr": "Croatian",
        "cs": "Czech",
        "da": "Danish",
        "nl": "Dutch",
        "en": "English",
        "et": "Estonian",
        "fi": "Finnish",
        "fr": "French",
        "de": "German",
        "el": "Greek",
        "hu": "Hungarian",
        "ga": "Irish",
        "it": "Italian",
        "lv": "Latvian",
        "lt": "Lithuanian",
        "mt": "Maltese",
        "pl": "Polish",
        "pt": "Portuguese",
        "ro": "Romanian",
        "sk": "Slovak",
        "sl": "Slovenian",
        "es": "Spanish",
        "sv": "Swedish",
    }
)
OTHERS: Mapping[str, str] = MappingProxyType(
    {
        "sq": "Albanian",
        "ar": "Arabic",
        "hy": "Armenian",
        "eu": "Basque",
        "bs": "Bosnian",
        "ca": "Catalan",
        "zh": "Chinese",
        "gl": "Galician",
        "ka": "Georgian",
        "he": "Hebrew",
        "hi": "Hindi",
        "is": "Icelandic",
        "id": "Indonesian",
        "ja": "Japanese",
        "ko": "Korean",
        "lb": "Luxembourgish",
        "mk": "Macedonian",
        "ms": "Malay",
        "no": "Norwegian",
        "fa": "Persian",
        "ru": "Russian",
        "sr": "Serbian",
        "th": "Thai",
        "tr": "Turkish",
        "uk": "Ukrainian",
        "vi": "Vietnamese",
        "cy": "Welsh",
    }
)
LANGUAGES: Mapping[str, str] = MappingProxyType({**UNION, **OTHERS})
