/** The frame, and the page that the address names. */
import { BoardPage } from "./components/BoardPage";
import { GridPage } from "./components/GridPage";
import { Header } from "./components/Header";
import { SignInBanner } from "./components/SignInBanner";
import { useMe } from "./hooks/useMe";
import { useRoute } from "./hooks/useRoute";

export function App() {
  const me = useMe();
  const route = useRoute();
  return (
    <div className="app" data-page={route.page}>
      <Header me={me} />
      {me === null && <SignInBanner />}
      {route.page === "grid" ? <GridPage me={me ?? null} /> : <BoardPage key={route.boardId} me={me ?? null} boardId={route.boardId} />}
    </div>
  );
}
