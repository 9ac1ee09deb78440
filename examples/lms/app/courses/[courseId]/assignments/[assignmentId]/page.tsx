/** An assignment. */
import { AssignmentView } from "@/components/AssignmentView";
import type { Id } from "@/convex/_generated/dataModel";

interface AssignmentPageProps {
  readonly params: Promise<{ assignmentId: Id<"assignments"> }>;
}

export default async function AssignmentPage({ params }: AssignmentPageProps) {
  return <AssignmentView assignmentId={(await params).assignmentId} />;
}
