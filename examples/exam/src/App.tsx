/** Who sees what: strangers the way to the issuer, students their exam room, tutors all sessions. */
import { Authenticated, AuthLoading, Unauthenticated, useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../convex/_generated/api";
import { Header } from "./components/Header";
import { SignInScreen } from "./components/SignInScreen";
import { Splash } from "./components/Splash";
import { StudentView } from "./components/StudentView";
import { TutorView } from "./components/TutorView";

export function App() {
  return (
    <>
      <AuthLoading>
        <Splash />
      </AuthLoading>
      <Unauthenticated>
        <SignInScreen />
      </Unauthenticated>
      <Authenticated>
        <Hall />
      </Authenticated>
    </>
  );
}

function Hall() {
  const me = useQuery(api.viewer.me);
  const [chosenExam, setChosenExam] = useState<string | null>(null);
  if (me === undefined) return <Splash />;
  const examId = me.exams.find((id) => id === chosenExam) ?? me.exams[0];
  return (
    <div className="app">
      <Header me={me} examId={examId} onExamChange={setChosenExam} />
      {examId === undefined ? <NoExam /> : me.role === "tutor" ? <TutorView key={examId} me={me} examId={examId} /> : <StudentView key={examId} me={me} examId={examId} />}
    </div>
  );
}

function NoExam() {
  return (
    <main className="empty" data-testid="no-exam">
      <h2>No exam today</h2>
      <p>Your account is not registered for any exam. Ask your school, then sign in again.</p>
    </main>
  );
}
