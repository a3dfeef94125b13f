import { expect, test } from "@jest/globals";
import { oneAtATime } from "../../../src/lib/oneAtATime.ts";

test("those who ask meanwhile are given one answer, and whoever asks later another", async () => {
  const answers: ((answer: number) => void)[] = [];
  const ask = oneAtATime(
    () => new Promise<number>((resolve) => answers.push(resolve)),
    60_000,
    () => -1,
  );
  const together = [ask(), ask(), ask()];
  expect(answers).toHaveLength(1);
  answers[0]?.(7);
  expect(await Promise.all(together)).toEqual([7, 7, 7]);
  const later = ask();
  answers[1]?.(8);
  expect(await later).toBe(8);
});

test("an answer that is late is not waited for, and not asked for again until it has come", async () => {
  let asked = 0;
  let answer = (): void => undefined;
  const ask = oneAtATime(
    () => {
      asked += 1;
      return new Promise<string>((resolve) => {
        answer = () => {
          resolve("in time");
        };
      });
    },
    1,
    () => "late",
  );
  expect([await ask(), await ask()]).toEqual(["late", "late"]);
  expect(asked).toBe(1);
  answer();
  await Promise.resolve();
  await new Promise(setImmediate);
  const again = ask();
  answer();
  expect([await again, asked]).toEqual(["in time", 2]);
});

test("what fails is told to all who asked, and asked again after that", async () => {
  let asked = 0;
  const ask = oneAtATime(
    () => {
      asked += 1;
      return asked === 1 ? Promise.reject(new Error("away")) : Promise.resolve("there");
    },
    60_000,
    () => "late",
  );
  const together = [ask(), ask()];
  for (const one of together) await expect(one).rejects.toThrow("away");
  expect(await ask()).toBe("there");
});
