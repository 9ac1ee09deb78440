/** The way in: a name, and a board to go to. Whoever followed a link to a board is asked for the name only. */
import { useMutation, useQuery } from "convex/react";
import type { FormEvent } from "react";
import { api } from "../../convex/_generated/api";
import { BOARD_NAME_LENGTH_MAX, PERSON_NAME_LENGTH_MAX } from "../../convex/model/limits";
import { useAct } from "../hooks/useAct";
import { useOwnBoards } from "../hooks/useOwnBoards";
import { boardAddress } from "../hooks/useRoute";
import { Illustration } from "./Illustration";

interface EntranceProps {
  readonly name: string | null;
  readonly boardId: string | null;
  readonly onName: (name: string) => void;
}

export function Entrance({ name, boardId, onName }: EntranceProps) {
  return (
    <main className="entrance">
      <div className="entrance-words">
        <Illustration />
        <h1>Shoal</h1>
        <p>One wall of sticky notes, and everybody at it. What you write is there at once, for all who look.</p>
      </div>
      {name === null || boardId !== null ? <NameForm boardId={boardId} onName={onName} /> : <Boards name={name} onName={onName} />}
    </main>
  );
}

function NameForm({ boardId, onName }: Pick<EntranceProps, "boardId" | "onName">) {
  const board = useQuery(api.boards.get, boardId === null ? "skip" : { boardId });
  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name")).trim().replace(/\s+/g, " ");
    if (name !== "") onName(name);
  };
  return (
    <form className="card entrance-form" onSubmit={handleSubmit}>
      {board && (
        <p>
          You are invited to <strong>{board.name}</strong>.
        </p>
      )}
      <label className="field">
        <span>Your name</span>
        <input name="name" autoComplete="nickname" required maxLength={PERSON_NAME_LENGTH_MAX} pattern=".*\S.*" data-testid="name" />
      </label>
      <button className="button" data-testid="enter">
        {boardId === null ? "Continue" : "Go to the board"}
      </button>
      <p className="fine-print">Others on a board see your name beside your cursor.</p>
    </form>
  );
}

function Boards({ name, onName }: { name: string; onName: (name: string) => void }) {
  const listed = useQuery(api.boards.listed);
  const [own] = useOwnBoards();
  const create = useMutation(api.boards.create);
  const { isBusy, run } = useAct();
  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const boardName = String(new FormData(event.currentTarget).get("board"));
    void run("The board was not made", async () => {
      window.location.hash = boardAddress(await create({ name: boardName }));
    });
  };
  const others = own.filter(({ _id }) => listed?.every((board) => board._id !== _id) ?? true);
  return (
    <div className="card entrance-form">
      <form className="field" onSubmit={handleSubmit}>
        <label htmlFor="board-name">New board</label>
        <span className="field-row">
          <input id="board-name" name="board" autoComplete="off" placeholder="What is it about?" required maxLength={BOARD_NAME_LENGTH_MAX} pattern=".*\S.*" data-testid="board-name" />
          <button className="button" disabled={isBusy} data-testid="create-board">
            Make it
          </button>
        </span>
      </form>
      <BoardLinks title="Yours" boards={others} />
      <BoardLinks title="Open to everybody" boards={listed ?? []} />
      <NameField name={name} onName={onName} />
    </div>
  );
}

function BoardLinks({ title, boards }: { title: string; boards: readonly { readonly _id: string; readonly name: string }[] }) {
  if (boards.length === 0) return null;
  return (
    <section className="board-links" aria-label={title}>
      <h2>{title}</h2>
      <ul>
        {boards.map((board) => (
          <li key={board._id}>
            <a href={boardAddress(board._id)} data-testid="board-link">
              {board.name}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What others see beside the cursor; an empty one is not kept. */
function NameField({ name, onName }: { name: string; onName: (name: string) => void }) {
  const keep = (written: string) => {
    const next = written.trim().replace(/\s+/g, " ");
    if (next !== "") onName(next);
  };
  return (
    <label className="field">
      <span>Your name</span>
      <input defaultValue={name} autoComplete="nickname" maxLength={PERSON_NAME_LENGTH_MAX} onBlur={(event) => keep(event.target.value)} data-testid="my-name" />
    </label>
  );
}
