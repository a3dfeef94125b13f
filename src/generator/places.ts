/** A country with cities that lie in it, and streets as they are written there (`#` stands for the number). */
export interface Place {
  country: string;
  cities: readonly string[];
  streets: readonly string[];
}

export const PLACES: readonly Place[] = [
  {
    country: "Netherlands",
    cities: ["Amsterdam", "Utrecht", "Rotterdam", "Groningen", "Haarlem"],
    streets: ["Kerkstraat #", "Havenkade #", "Molenweg #"],
  },
  {
    country: "Belgium",
    cities: ["Gent", "Liège", "Antwerpen", "Namur", "Leuven"],
    streets: ["Rue du Marché #", "Korenmarkt #", "Place Verte #"],
  },
  {
    country: "France",
    cities: ["Lyon", "Nîmes", "Besançon", "Bordeaux", "Saint-Étienne"],
    streets: ["# rue du Port", "# avenue de la République", "# bis, place du Marché"],
  },
  {
    country: "Germany",
    cities: ["Köln", "Leipzig", "Bremen", "München", "Hamburg"],
    streets: ["Hafenstraße #", "Lindenallee #", "Am Alten Markt #"],
  },
  {
    country: "Spain",
    cities: ["Cádiz", "Bilbao", "Valencia", "Málaga", "Zaragoza"],
    streets: ["Calle Mayor #", "Calle del Puerto, #", "Plaza Nueva, #"],
  },
  {
    country: "Portugal",
    cities: ["Porto", "Évora", "Braga", "Setúbal"],
    streets: ["Rua das Flores #", "Rua do Cais, #", "Largo da Fonte #"],
  },
  {
    country: "Italy",
    cities: ["Torino", "Bologna", "Forlì", "Palermo"],
    streets: ["Via Roma, #", "Via del Mulino #", "Piazza del Mercato #"],
  },
  {
    country: "Austria",
    cities: ["Graz", "Linz", "Wien", "Sankt Pölten"],
    streets: ["Mühlgasse #", "Ringstraße #", "Am Kanal #"],
  },
  {
    country: "Switzerland",
    cities: ["Zürich", "Genève", "Basel", "Neuchâtel"],
    streets: ["Seestrasse #", "Rue du Lac #", "Marktgasse #"],
  },
  {
    country: "Ireland",
    cities: ["Cork", "Galway", "Dublin", "Limerick"],
    streets: ["# Quay Street", "Unit #, Mill Lane", "# Bridge Road"],
  },
  {
    country: "United Kingdom",
    cities: ["Bristol", "Leeds", "Glasgow", "Cardiff", "Norwich"],
    streets: ["# High Street", "# Station Road", "Unit #, Canal Yard"],
  },
  {
    country: "Norway",
    cities: ["Bergen", "Tromsø", "Ålesund", "Oslo"],
    streets: ["Havnegata #", "Strandveien #", "Torggata #"],
  },
  {
    country: "Sweden",
    cities: ["Malmö", "Göteborg", "Uppsala", "Örebro"],
    streets: ["Storgatan #", "Kvarngatan #", "Hamngatan #"],
  },
  {
    country: "Denmark",
    cities: ["Aarhus", "København", "Aalborg", "Helsingør"],
    streets: ["Havnegade #", "Nørregade #", "Torvet #"],
  },
  {
    country: "Poland",
    cities: ["Kraków", "Łódź", "Poznań", "Białystok"],
    streets: ["ul. Ogrodowa #", "ul. Młyńska #", "Rynek #"],
  },
  {
    country: "Canada",
    cities: ["Montréal", "Halifax", "Victoria", "Trois-Rivières"],
    streets: ["# Maple Avenue", "Suite #, Harbour Road", "# rue Principale"],
  },
  {
    country: "United States",
    cities: ["Portland", "Tucson", "Savannah", "Duluth", "Madison"],
    streets: ["# Main Street", "# Elm Avenue, Suite B", "# Riverside Drive"],
  },
  {
    country: "Mexico",
    cities: ["Oaxaca", "Mérida", "Puebla", "Querétaro"],
    streets: ["Calle Independencia #", "Avenida del Sol, #", "Calle 5 de Mayo #"],
  },
  {
    country: "Costa Rica",
    cities: ["Alajuela", "Cartago", "Limón", "Heredia"],
    streets: ["Avenida Central #", "Calle #, local 2"],
  },
  {
    country: "Brazil",
    cities: ["São Paulo", "Curitiba", "Belém", "Florianópolis"],
    streets: ["Rua das Palmeiras, #", "Avenida Atlântica, #"],
  },
  {
    country: "Chile",
    cities: ["Valparaíso", "Temuco", "Concepción"],
    streets: ["Calle Prat #", "Avenida del Mar #"],
  },
  {
    country: "Peru",
    cities: ["Arequipa", "Cusco", "Trujillo"],
    streets: ["Jirón Comercio #", "Calle del Sol, #"],
  },
  {
    country: "South Africa",
    cities: ["Durban", "Cape Town", "Gqeberha"],
    streets: ["# Beach Road", "# Long Street", "Shop #, Market Square"],
  },
  {
    country: "Nigeria",
    cities: ["Lagos", "Abuja", "Ibadan", "Sapele"],
    streets: ["# Marina Road", "Plot #, Market Road", "# Station Avenue"],
  },
  {
    country: "India",
    cities: ["Pune", "Kochi", "Jaipur", "Mysuru"],
    streets: ["# MG Road", "Shop #, Lake View Arcade", "# Station Road"],
  },
  {
    country: "Singapore",
    cities: ["Singapore"],
    streets: ["# Orchard Lane", "Blk #, Harbour Drive", "# Market Street"],
  },
  {
    country: "Indonesia",
    cities: ["Bandung", "Surabaya", "Yogyakarta"],
    streets: ["Jalan Melati No. #", "Jalan Pasar Baru #"],
  },
  { country: "Vietnam", cities: ["Huế", "Đà Nẵng", "Hải Phòng"], streets: ["# Phố Chợ", "# Đường Bến Cảng"] },
  {
    country: "Australia",
    cities: ["Hobart", "Fremantle", "Ballarat", "Cairns"],
    streets: ["# Wharf Street", "Shop #, Station Arcade", "# Ocean Parade"],
  },
  {
    country: "New Zealand",
    cities: ["Dunedin", "Nelson", "Whangārei", "Wellington"],
    streets: ["# Cuba Lane", "# Harbour Terrace", "Unit #, Mill Road"],
  },
];
