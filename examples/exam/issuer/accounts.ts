/** The accounts of the exam system: a stand-in for its user database. What is here goes into the tokens as claims. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly role: "student" | "tutor";
  /** Ids of the exams that this account takes part in. */
  readonly exams: readonly string[];
}

export const DEMO_EXAM = "algebra-1";
const DEMO_STUDENTS = 6;

/** Student 1, Student 2, and so on. */
export function studentAccount(number: number, exam = DEMO_EXAM): Account {
  return { id: `student-${number}`, name: `Student ${number}`, role: "student", exams: [exam] };
}

export function tutorAccount(exam = DEMO_EXAM): Account {
  return { id: "tutor", name: "Tutor", role: "tutor", exams: [exam] };
}

export const DEMO_ACCOUNTS: readonly Account[] = [tutorAccount(), ...Array.from({ length: DEMO_STUDENTS }, (_, index) => studentAccount(index + 1))];
