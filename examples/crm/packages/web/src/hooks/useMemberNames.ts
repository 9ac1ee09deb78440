/** The members of the company by id, for the names beside records. */
import { useQuery } from "convex/react";
import { useMemo } from "react";
import { api } from "../../../../convex/_generated/api";
import type { Doc, Id } from "../../../../convex/_generated/dataModel";

export function useMemberNames(): (id: Id<"members">) => string {
  const members = useQuery(api.members.list);
  const names = useMemo(() => new Map(members?.map(({ _id, name }: Doc<"members">) => [_id, name])), [members]);
  return (id) => names.get(id) ?? "…";
}
