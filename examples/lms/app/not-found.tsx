/** For addresses that lead nowhere, and for what is not published. */
import Link from "next/link";
import { Mark } from "@/components/Icons";

export default function NotFound() {
  return (
    <main className="full-page" data-testid="not-found">
      <Mark />
      <h1>No such page</h1>
      <p>It was taken off the shelf, it is not published yet, or the address has a slip in it.</p>
      <Link className="button" data-kind="primary" href="/">
        Back to the shelf
      </Link>
    </main>
  );
}
