/** For visitors. */
export function Welcome({ hasProblem }: { hasProblem: boolean }) {
  return (
    <section className="welcome">
      {hasProblem && (
        <p className="notice" role="alert" data-testid="sign-in-problem">
          That sign-in did not come to an end. Please try again.
        </p>
      )}
      <h1>Courses that answer back.</h1>
      <p>Look around. To read the lessons, hand in work and get it back with a grade, sign in with your school account.</p>
      <a className="button" data-kind="primary" href="/auth/sign-in" data-testid="welcome-sign-in">
        Sign in with your school
      </a>
    </section>
  );
}
