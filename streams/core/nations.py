"""Countries, the states of the United States, and what their people are called: names, not coordinates or codes.

Written for this project. A line is a country: its name; other names; its adjective and its people. Peoples,
religions and parties without a country of their own follow, each line one NORP, then states with their abbreviations.
"""

from typing import Final

from streams.core.names import fold, word_set

_COUNTRIES: Final = """
Afghanistan;Islamic Republic of Afghanistan;Afghan,Afghans,Afghani
Albania;;Albanian,Albanians
Algeria;;Algerian,Algerians
Andorra;;Andorran,Andorrans
Angola;;Angolan,Angolans
Antigua and Barbuda;;Antiguan,Antiguans
Argentina;;Argentine,Argentines,Argentinian,Argentinians,Argentinean
Armenia;;Armenian,Armenians
Australia;Commonwealth of Australia;Australian,Australians,Aussie,Aussies
Austria;;Austrian,Austrians
Azerbaijan;;Azerbaijani,Azerbaijanis,Azeri,Azeris
Bahamas;;Bahamian,Bahamians
Bahrain;;Bahraini,Bahrainis
Bangladesh;;Bangladeshi,Bangladeshis
Barbados;;Barbadian,Barbadians
Belarus;;Belarusian,Belarusians,Belarussian
Belgium;;Belgian,Belgians
Belize;;Belizean,Belizeans
Benin;;Beninese
Bhutan;;Bhutanese
Bolivia;;Bolivian,Bolivians
Bosnia and Herzegovina;Bosnia,Bosnia-Herzegovina;Bosnian,Bosnians
Botswana;;Motswana,Batswana
Brazil;;Brazilian,Brazilians
Brunei;Brunei Darussalam;Bruneian,Bruneians
Bulgaria;;Bulgarian,Bulgarians
Burkina Faso;;Burkinabe,Burkinabé
Burundi;;Burundian,Burundians
Cabo Verde;Cape Verde;Cape Verdean,Cape Verdeans
Cambodia;;Cambodian,Cambodians
Cameroon;;Cameroonian,Cameroonians
Canada;;Canadian,Canadians
Central African Republic;;Central African,Central Africans
Chad;;Chadian,Chadians
Chile;;Chilean,Chileans
China;People's Republic of China,PRC;Chinese
Colombia;;Colombian,Colombians
Comoros;;Comorian,Comorians
Democratic Republic of the Congo;Democratic Republic of Congo,DRC,DR Congo;
Republic of the Congo;Congo-Brazzaville,Republic of Congo;
Costa Rica;;Costa Rican,Costa Ricans
Croatia;;Croatian,Croatians,Croat,Croats
Cuba;;Cuban,Cubans
Cyprus;;Cypriot,Cypriots
Czech Republic;Czechia;Czech,Czechs
Denmark;;Danish,Danes,Dane
Djibouti;;Djiboutian,Djiboutians
Dominican Republic;;
East Timor;Timor-Leste;East Timorese,Timorese
Ecuador;;Ecuadorian,Ecuadorians,Ecuadorean
Egypt;Arab Republic of Egypt;Egyptian,Egyptians
El Salvador;;Salvadoran,Salvadorans,Salvadorean
Equatorial Guinea;;Equatoguinean
Eritrea;;Eritrean,Eritreans
Estonia;;Estonian,Estonians
Eswatini;Swaziland;Swazi,Swazis
Ethiopia;;Ethiopian,Ethiopians
Fiji;;Fijian,Fijians
Finland;;Finnish,Finns,Finn
France;French Republic;French,Frenchman,Frenchmen
Gabon;;Gabonese
Gambia;;Gambian,Gambians
Georgia;;Georgian,Georgians
Germany;Federal Republic of Germany;German,Germans
Ghana;;Ghanaian,Ghanaians
Greece;Hellenic Republic;Greek,Greeks
Grenada;;Grenadian,Grenadians
Guatemala;;Guatemalan,Guatemalans
Guinea;;Guinean,Guineans
Guinea-Bissau;;
Guyana;;Guyanese
Haiti;;Haitian,Haitians
Honduras;;Honduran,Hondurans
Hungary;;Hungarian,Hungarians
Iceland;;Icelandic,Icelander,Icelanders
India;Republic of India;Indian,Indians
Indonesia;;Indonesian,Indonesians
Iran;Islamic Republic of Iran;Iranian,Iranians
Iraq;;Iraqi,Iraqis
Ireland;Republic of Ireland;Irish,Irishman,Irishmen
Israel;State of Israel;Israeli,Israelis
Italy;;Italian,Italians
Ivory Coast;Côte d'Ivoire,Cote d'Ivoire;Ivorian,Ivorians
Jamaica;;Jamaican,Jamaicans
Japan;;Japanese
Jordan;Hashemite Kingdom of Jordan;Jordanian,Jordanians
Kazakhstan;;Kazakh,Kazakhs,Kazakhstani
Kenya;;Kenyan,Kenyans
Kiribati;;
Kosovo;;Kosovar,Kosovars
Kuwait;;Kuwaiti,Kuwaitis
Kyrgyzstan;Kyrgyz Republic;Kyrgyz
Laos;;Laotian,Laotians
Latvia;;Latvian,Latvians
Lebanon;;Lebanese
Lesotho;;Basotho
Liberia;;Liberian,Liberians
Libya;;Libyan,Libyans
Liechtenstein;;Liechtensteiner
Lithuania;;Lithuanian,Lithuanians
Luxembourg;;Luxembourgish,Luxembourger
Madagascar;;Malagasy
Malawi;;Malawian,Malawians
Malaysia;;Malaysian,Malaysians
Maldives;;Maldivian,Maldivians
Mali;;Malian,Malians
Malta;;Maltese
Marshall Islands;;Marshallese
Mauritania;;Mauritanian,Mauritanians
Mauritius;;Mauritian,Mauritians
Mexico;;Mexican,Mexicans
Micronesia;Federated States of Micronesia;Micronesian,Micronesians
Moldova;;Moldovan,Moldovans
Monaco;;Monegasque
Mongolia;;Mongolian,Mongolians
Montenegro;;Montenegrin,Montenegrins
Morocco;Kingdom of Morocco;Moroccan,Moroccans
Mozambique;;Mozambican,Mozambicans
Myanmar;Burma;Burmese
Namibia;;Namibian,Namibians
Nauru;;Nauruan,Nauruans
Nepal;;Nepali,Nepalis,Nepalese
Netherlands;Holland;Dutch,Dutchman
New Zealand;;New Zealander,New Zealanders,Kiwi,Kiwis
Nicaragua;;Nicaraguan,Nicaraguans
Niger;;Nigerien,Nigeriens
Nigeria;Federal Republic of Nigeria;Nigerian,Nigerians
North Korea;Democratic People's Republic of Korea,DPRK;North Korean,North Koreans
North Macedonia;;Macedonian,Macedonians
Norway;;Norwegian,Norwegians
Oman;Sultanate of Oman;Omani,Omanis
Pakistan;Islamic Republic of Pakistan;Pakistani,Pakistanis
Palau;;Palauan,Palauans
Palestine;State of Palestine;Palestinian,Palestinians
Panama;;Panamanian,Panamanians
Papua New Guinea;PNG;Papua New Guinean
Paraguay;;Paraguayan,Paraguayans
Peru;;Peruvian,Peruvians
Philippines;Republic of the Philippines;Filipino,Filipinos,Philippine
Poland;;Polish,Poles
Portugal;;Portuguese
Qatar;State of Qatar;Qatari,Qataris
Romania;;Romanian,Romanians
Russia;Russian Federation;Russian,Russians
Rwanda;;Rwandan,Rwandans
Saint Lucia;St. Lucia,St Lucia;
Samoa;;Samoan,Samoans
San Marino;;
Saudi Arabia;Kingdom of Saudi Arabia,KSA;Saudi,Saudis,Saudi Arabian
Senegal;;Senegalese
Serbia;;Serbian,Serbians,Serb,Serbs
Seychelles;;Seychellois
Sierra Leone;;Sierra Leonean,Sierra Leoneans
Singapore;;Singaporean,Singaporeans
Slovakia;Slovak Republic;Slovak,Slovaks,Slovakian
Slovenia;;Slovenian,Slovenians,Slovene
Solomon Islands;;Solomon Islander,Solomon Islanders
Somalia;;Somali,Somalis
South Africa;Republic of South Africa;South African,South Africans
South Korea;Republic of Korea,ROK;South Korean,South Koreans
South Sudan;;South Sudanese
Spain;Kingdom of Spain;Spanish,Spaniard,Spaniards
Sri Lanka;;Sri Lankan,Sri Lankans
Sudan;Republic of Sudan;Sudanese
Suriname;;Surinamese
Sweden;;Swedish,Swedes,Swede
Switzerland;Swiss Confederation;Swiss
Syria;Syrian Arab Republic;Syrian,Syrians
Taiwan;;Taiwanese
Tajikistan;;Tajik,Tajiks
Tanzania;;Tanzanian,Tanzanians
Thailand;;Thai,Thais
Togo;;Togolese
Tonga;;Tongan,Tongans
Trinidad and Tobago;;Trinidadian,Trinidadians
Tunisia;;Tunisian,Tunisians
Turkey;Türkiye,Turkiye;Turkish,Turks,Turk
Turkmenistan;;Turkmen
Tuvalu;;Tuvaluan,Tuvaluans
Uganda;;Ugandan,Ugandans
Ukraine;;Ukrainian,Ukrainians
United Arab Emirates;UAE,Emirates;Emirati,Emiratis
United Kingdom;UK,Britain,Great Britain;British,Britons,Briton,Brits,Brit
United States;US,USA,America,United States of America;American,Americans
Uruguay;;Uruguayan,Uruguayans
Uzbekistan;;Uzbek,Uzbeks
Vanuatu;;ni-Vanuatu
Vatican City;Holy See,Vatican;
Venezuela;Bolivarian Republic of Venezuela;Venezuelan,Venezuelans
Vietnam;;Vietnamese
Yemen;;Yemeni,Yemenis
Zambia;;Zambian,Zambians
Zimbabwe;;Zimbabwean,Zimbabweans
"""

# What is written of one group in more ways than by an s.
_PEOPLES: Final = """
Democratic,Democrat,Democrats,Dem,Dems
Jewish,Jews,Jew
Scottish,Scots,Scot
Welsh,Welshman,Welshmen
English,Englishman,Englishmen
Islamic,Islamist,Islamists
Kurdish,Kurds,Kurd
Republican,Republicans
Muslim,Muslims,Moslem,Moslems
European,Europeans
African,Africans
Asian,Asians
Arab,Arabs
Catholic,Catholics
Christian,Christians
Hindu,Hindus
Sunni,Sunnis
Shiite,Shiites,Shia,Shi'ite,Shi'ites
Sikh,Sikhs
"""

_STATES: Final = """
Alabama,Ala.
Alaska
Arizona,Ariz.
Arkansas,Ark.
California,Calif.
Colorado,Colo.
Connecticut,Conn.
Delaware,Del.
Florida,Fla.
Georgia,Ga.
Hawaii
Idaho
Illinois,Ill.
Indiana,Ind.
Iowa
Kansas,Kan.
Kentucky,Ky.
Louisiana,La.
Maine
Maryland,Md.
Massachusetts,Mass.
Michigan,Mich.
Minnesota,Minn.
Mississippi,Miss.
Missouri,Mo.
Montana,Mont.
Nebraska,Neb.
Nevada,Nev.
New Hampshire,N.H.
New Jersey,N.J.
New Mexico,N.M.
New York,N.Y.
North Carolina,N.C.
North Dakota,N.D.
Ohio
Oklahoma,Okla.
Oregon,Ore.
Pennsylvania,Pa.
Rhode Island,R.I.
South Carolina,S.C.
South Dakota,S.D.
Tennessee,Tenn.
Texas
Utah
Vermont,Vt.
Virginia,Va.
Washington,Wash.,Washington state,Washington State
West Virginia,W.Va.
Wisconsin,Wis.
Wyoming,Wyo.
"""


def _rows(table: str, separator: str) -> list[list[str]]:
    return [line.split(separator) for line in table.strip().splitlines()]


def _names(cell: str) -> list[str]:
    return [name for name in cell.split(",") if name]


def _keyed(rows: list[list[str]]) -> dict[str, str]:
    return {fold(name): fold(names[0]) for names in rows for name in names}


COUNTRIES: Final = _keyed([[name, *_names(others)] for name, others, _ in _rows(_COUNTRIES, ";")])
"""Key of a country's name -> key of its usual one."""
PEOPLES: Final = _keyed([_names(people) for *_, people in _rows(_COUNTRIES, ";") if people] + _rows(_PEOPLES, ","))
"""Key of an adjective or a people -> key of the usual adjective."""
ADJECTIVES: Final = {fold(name): fold(_names(people)[0]) for name, _, people in _rows(_COUNTRIES, ";") if people}
"""Key of a country's usual name -> key of its usual adjective."""
COMBINING: Final = {"franco": "french", "pak": "pakistani", "russo": "russian", "sino": "chinese", "turco": "turkish"}
"""Key of what stands for a people before a hyphen only -> key of the usual adjective.

Without Afro, Anglo and Indo: an Afro-Colombian and an Anglo-Indian are of one people.
"""
STATES: Final = _keyed(_rows(_STATES, ","))
"""Key of a state's name or abbreviation -> key of its name."""
STATE_ABBREVIATIONS: Final = frozenset(name for row in _rows(_STATES, ",") for name in row if name.endswith("."))
"""Ky., N.H.: as datelines and the brackets behind a lawmaker's name have them."""
NAMES_OF_PEOPLE_TOO: Final = word_set(
    """chad jordan georgia virginia israel kenya carolina montana america washington cuba niger delaware tennessee
    maine holland"""
)
"""Keys of countries and states that people are called, too."""
PERSON_NAMES_TOO: Final = word_set(
    """christian dane finn finns brit german english kiwi french welsh scot poles turk swede hindu arab german
    dutch swiss thai"""
)
"""Keys of peoples that a person, a thing or a firm is called, too."""
