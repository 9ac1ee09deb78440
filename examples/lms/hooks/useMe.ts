"use client";
/** Who is signed in; undefined while that is not known, null for visitors. */
import { useQuery } from "convex/react";
import { api } from "@/convex/_generated/api";

export const useMe = () => useQuery(api.users.me);
