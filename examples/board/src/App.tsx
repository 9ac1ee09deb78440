/** Who sees what: strangers and those who are nowhere the entrance, everybody else the board of the address. */
import { BoardPage } from "./components/BoardPage";
import { Entrance } from "./components/Entrance";
import { useName } from "./hooks/useName";
import { useBoardId } from "./hooks/useRoute";

export function App() {
  const [name, setName] = useName();
  const boardId = useBoardId();
  if (name === null || boardId === null) return <Entrance name={name} boardId={boardId} onName={setName} />;
  return <BoardPage key={boardId} boardId={boardId} name={name} />;
}
