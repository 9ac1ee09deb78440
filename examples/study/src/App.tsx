/** Who sees what: strangers the entrance, students their course, admins their cohort. */
import { useQuery } from "convex/react";
import { api } from "../convex/_generated/api";
import { AdminView } from "./components/AdminView";
import { Entrance } from "./components/Entrance";
import { Header } from "./components/Header";
import { StudentView } from "./components/StudentView";
import { useUserId } from "./hooks/useUserId";

export function App() {
  const [userId, setUserId] = useUserId();
  const me = useQuery(api.users.me, userId === null ? "skip" : { userId });
  if (userId === null || me === null) return <Entrance onEnter={setUserId} />;
  return (
    <div className="app">
      <Header me={me} onLeave={() => setUserId(null)} />
      {me === undefined ? <main className="loading" role="status" aria-label="Loading" /> : me.role === "student" ? <StudentView me={me} /> : <AdminView cohortId={me.cohortId} />}
    </div>
  );
}
