import type { SeededRandom } from "./random.ts";

export const TYPOLOGIES = [
  "Beauty",
  "Florist",
  "FoodTruck",
  "Hotel",
  "Other",
  "Press",
  "Restaurant",
  "Service",
] as const;
export type Typology = (typeof TYPOLOGIES)[number];

const QUALITIES = [
  "Amber",
  "Blue",
  "Bright",
  "Copper",
  "Corner",
  "Crooked",
  "Early",
  "First",
  "Golden",
  "Green",
  "Hidden",
  "High",
  "Ivory",
  "Little",
  "Long",
  "Lucky",
  "Northern",
  "Old",
  "Paper",
  "Quiet",
  "Red",
  "River",
  "Salt",
  "Second",
  "Silver",
  "Slow",
  "Southern",
  "Stone",
  "Tall",
  "Velvet",
  "White",
  "Wild",
];

const THINGS = [
  "Anchor",
  "Barrel",
  "Bell",
  "Bridge",
  "Clover",
  "Compass",
  "Fern",
  "Finch",
  "Fox",
  "Gate",
  "Harbour",
  "Heron",
  "Kettle",
  "Kestrel",
  "Lantern",
  "Lemon",
  "Linden",
  "Magpie",
  "Maple",
  "Mill",
  "Moon",
  "Needle",
  "Oak",
  "Orchard",
  "Otter",
  "Pebble",
  "Pine",
  "Plum",
  "Sparrow",
  "Swallow",
  "Thistle",
  "Tide",
  "Wagon",
  "Willow",
];

/** What a shop of this kind calls itself. */
const TRADES: Record<Typology, readonly string[]> = {
  Beauty: ["Beauty Rooms", "Salon", "Hair & Skin", "Nail Bar", "Maison de Beauté"],
  Florist: ["Flowers", "Blooms", "Flower Market", "Fleurs", "Plant House"],
  FoodTruck: ["Street Kitchen", "Taco Van", "Crêperie Mobile", "Noodle Cart", "Burger Wagon"],
  Hotel: ["Hotel", "Inn", "Guest House", "Hôtel", "Lodge"],
  Other: ["Trading", "Goods", "Supply Co.", "Workshop", "Bazaar"],
  Press: ["News", "Books & Papers", "Kiosk", "Presse", "Magazines"],
  Restaurant: ["Kitchen", "Café", "Bistro", "Trattoria", "Dining Room"],
  Service: ["Repairs", "Laundry", "Key & Lock", "Cycle Service", "Print Shop"],
};

const COMPANY_FORMS = ["Ltd", "Inc.", "Co-op", "& Co."];

/** An invented shop name, made of things and trades only, never of people. Some hold commas, quotes or accents. */
export function inventStoreName(random: SeededRandom, typology: Typology): string {
  const quality = random.pick(QUALITIES);
  const thing = random.pick(THINGS);
  const trade = random.pick(TRADES[typology]);
  switch (random.nextBelow(12)) {
    case 0:
      return `${thing} & ${random.pick(THINGS)} ${trade}`;
    case 1:
      return `${trade}, ${quality} ${thing}`;
    case 2:
      return `The "${quality} ${thing}" ${trade}`;
    case 3:
      return `${quality} ${thing} ${trade}, ${random.pick(COMPANY_FORMS)}`;
    case 4:
    case 5:
      return `The ${thing} ${trade}`;
    case 6:
      return `${thing} ${trade} ${random.pick(COMPANY_FORMS)}`;
    default:
      return `${quality} ${thing} ${trade}`;
  }
}
