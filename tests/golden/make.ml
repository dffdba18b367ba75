(* Writes a table by the real Netshm, and on standard output what it holds.

     make PATH PAGESIZE

   The table went through all that shapes a file: outgrowing its first extent
   several times, hidden bindings, unbound cells, free pages, values of no, of
   just one and of several pages, pages used for a second time, and keys at the
   ends of the range. *)

open Netshm

let value seed length = bigarray (Array.init length (fun i -> (seed * 1000) + i))

let lengths wordsPerPage =
  let one = wordsPerPage - 6 in
  let two = one + wordsPerPage - 4 in
  [| 0; 1; 2; 3; 4; one - 1; one; one + 1; two - 1; two; two + 1; 3 * wordsPerPage |]

let fill t wordsPerPage =
  let lengths = lengths wordsPerPage in
  let sized seed = value seed lengths.(seed mod Array.length lengths) in
  for key = 0 to 149 do add t (Int32.of_int key) (sized key) done;
  for key = 0 to 149 do
    if key mod 7 = 0 then add t (Int32.of_int key) (sized (key + 1));
    if key mod 14 = 0 then add t (Int32.of_int key) (sized (key + 2))
  done;
  for key = 0 to 149 do
    if key mod 3 = 0 then remove t (Int32.of_int key);
    if key mod 5 = 0 then replace t (Int32.of_int key) (sized (key + 3))
  done;
  List.iter
    (fun key -> add t key (sized 5); add t key (sized 11))
    [ Int32.min_int; Int32.max_int; -1l; -150l ];
  for key = 200 to 229 do add t (Int32.of_int key) (sized key) done;
  for key = 200 to 209 do remove t (Int32.of_int key) done

let format_value value =
  if Bigarray.Array1.dim value = 0 then "-"
  else
    List.init (Bigarray.Array1.dim value) (fun i -> Int32.to_string value.{i})
    |> String.concat ","

let print_bindings t =
  fold (fun key value rest -> (key, value) :: rest) t []
  |> List.rev
  |> List.stable_sort (fun (a, _) (b, _) -> Int32.compare a b)
  |> List.map (fun (key, value) -> Int32.to_string key ^ "=" ^ format_value value)
  |> String.concat " "
  |> print_endline

let () =
  let pagesize = int_of_string Sys.argv.(2) in
  let flags = [ Unix.O_RDWR; Unix.O_CREAT; Unix.O_EXCL ] in
  let memory = open_shm (`File Sys.argv.(1)) flags 0o600 in
  let t = manage ~pagesize ~init:5 `Record_locking memory in
  fill t (pagesize / 4);
  print_bindings t;
  close_shm memory
