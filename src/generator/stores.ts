import { formatInstant, secondOfDay, WINDOW_SECONDS } from "./calendar.ts";
import { csvRecord } from "../lib/csvText.ts";
import type { GeneratorPlan } from "./options.ts";
import { PLACES } from "./places.ts";
import { RANDOM_STREAMS, SeededRandom } from "./random.ts";
import { inventStoreName, TYPOLOGIES, type Typology } from "./storeNames.ts";

export interface Store {
  id: number;
  name: string;
  address: string;
  city: string;
  country: string;
  /** Seconds from the start of the window. */
  createdAt: number;
  typology: Typology;
  customerId: number;
}

export const STORES_HEADER = "id,name,address,city,country,created_at,typology,customer_id\n";

/** Most stores open early in the window, some late; sales are drawn without regard to it, so some precede the store. */
export function inventStores(plan: GeneratorPlan): Store[] {
  const random = new SeededRandom(plan.seed, RANDOM_STREAMS.stores);
  return Array.from({ length: plan.stores }, (_, index) => {
    random.restartAt(index);
    const typology = random.pick(TYPOLOGIES);
    const place = random.pick(PLACES);
    const openingDay = Math.floor((WINDOW_SECONDS / 86_400) * 0.9 * random.nextFraction() ** 2.5);
    return {
      id: index + 1,
      name: inventStoreName(random, typology),
      address: random.pick(place.streets).replace("#", String(1 + random.nextBelow(180))),
      city: random.pick(place.cities),
      country: place.country,
      createdAt: openingDay * 86_400 + secondOfDay(random.nextWord()),
      typology,
      // The power gives merchants of low number several stores and most others one or two.
      customerId: 1 + Math.floor(plan.customers * random.nextFraction() ** 1.3),
    };
  });
}

export function storeRecord(store: Store): string {
  const { id, name, address, city, country, createdAt, typology, customerId } = store;
  return csvRecord([id, name, address, city, country, formatInstant(createdAt), typology, customerId]);
}
