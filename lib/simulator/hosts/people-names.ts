/** First names, with the accents, apostrophes and lengths that real directories hold. */
export const FIRST_NAMES = [
  "Dana",
  "Ana",
  "Marie-Claire",
  "Søren",
  "Oisín",
  "Zoë",
  "José",
  "Łukasz",
  "Ngozi",
  "Priya",
  "Tomáš",
  "Ingrid",
  "Yūki",
  "Mehmet",
  "Chloé",
  "Björn",
  "Aroha",
  "Siobhán",
  "Kwame",
  "Leïla",
  "Daniel",
  "Grace",
  "Rafael",
  "Hanna",
  "Omar",
  "Wei",
  "Ioana",
  "Sunita",
  "Maximilian",
  "Éloïse",
  "Aleksandra",
  "Thandiwe",
  "Jack",
  "Núria",
  "Venkatanarasimharaju",
  "Mia",
  "Ólafur",
  "Fatima",
  "Noah",
  "Zsófia",
] as const;

/** Family names of the same kind. */
export const LAST_NAMES = [
  "Ferreira",
  "O'Brien",
  "Müller",
  "D'Angelo",
  "Nguyễn",
  "van der Berg",
  "Kowalczyk",
  "Ødegård",
  "García Márquez",
  "Okonkwo",
  "Sharma",
  "Dvořák",
  "Lindqvist",
  "Tanaka",
  "Yılmaz",
  "Dubois",
  "Þórsdóttir",
  "Te Rangi",
  "Ó Súilleabháin",
  "Mensah",
  "Haddad",
  "Smith",
  "Chen",
  "Popescu",
  "Wolfeschlegelsteinhausen",
  "Castellanos-Villanueva",
  "Iyer",
  "Bianchi",
  "Ní Dhomhnaill",
  "Larsson",
  "Abdulrahman",
  "McAllister",
  "Novák",
  "Rossi",
  "Fernández",
  "Becker",
  "Papadopoulos",
  "Kim",
  "Świątek",
  "L'Estrange",
] as const;

/** The name as an account or mail address would carry it: plain small letters. */
export function plainName(name: string): string {
  return name
    .replaceAll("ø", "o")
    .replaceAll("Ø", "O")
    .replaceAll("ł", "l")
    .replaceAll("Ł", "L")
    .replaceAll("Þ", "Th")
    .replaceAll("ð", "d")
    .replaceAll("ı", "i")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z]+/g, "");
}
