/** Names behind the table numbers in document ids, as one namespace and transaction see them. */
import type { TableResolver } from "../values/validator.js";
import type { Transaction } from "./transaction.js";

export class TableNames implements TableResolver {
  constructor(
    private readonly transaction: Transaction,
    private readonly namespace: string,
  ) {}

  tableNumberToName(tableNumber: number): string | null {
    return this.transaction.tableByNumber(this.namespace, tableNumber)?.name ?? null;
  }
}
